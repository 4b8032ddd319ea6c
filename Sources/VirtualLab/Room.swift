// VirtualLab
