// Stimulation
