import Foundation

exit(await Program.main(CommandLine.arguments))
