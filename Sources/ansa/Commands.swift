/// All commands in the order in which help lists them.
///
/// A command that is not in this list does not exist.
let commands: [Command] = [
    .run,
    .stop,
    .replay,
    .hil,
    .limits,
    .devices,
    .session,
    .decoder,
    .bench,
    .doctor,
    .completions,
]
