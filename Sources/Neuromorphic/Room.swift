// Neuromorphic
