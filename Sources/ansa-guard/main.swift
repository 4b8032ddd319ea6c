import Glibc
import Guard

exit(runGuard(arguments: CommandLine.arguments))
