import Glibc
import VirtualLab

exit(runVirtualStimulator(arguments: CommandLine.arguments))
