/* Arming, token, lease, stop and latch between runtime, guard and device: Safety.md, goals SG1 and SG2.
 *
 * Time is counted in safety ticks. In each tick the world moves first (a person, the runtime, a fault), then the guard,
 * then the device. A record of the runtime is delivered in its tick, a tick late, or never; an old one may come again.
 * The file's on_watchdog is chosen once: stop, or a fallback that plays on (ramp-off, hold and baseline are alike here:
 * output that the guard itself renews and that may end in any tick).
 *
 * Bugs are planted by -DBUG_...; each must be found.
 */
#define T 3 /* token timeout, ticks */
#define L 4 /* lease of the device, ticks: longer than the timeout, as 250 ms is than 100 */

mtype = { off, armed, output, fallback, latched };
mtype mode = off;          /* the guard's machine */
bool saved = false;        /* latch on the disk, which outlives the guard */
bool plays = false;        /* on_watchdog is not stop */
bool runtime_lives = true, guard_lives = true;
bool stop_wanted = false;  /* by patient, clinician or the device's button, in this tick */
bool order_arm = false, order_start = false, order_disarm = false, acknowledges = false;
bool token_now = false, token_late = false;   /* fresh, and one tick old */
bool replayed = false;     /* an old or forged record came */
byte age = T + 1;          /* of the newest good token, at most T + 1 */
byte lease = 0;            /* of the device */
bool pulses = false;       /* something waits in the device */
byte since_death = 0;      /* ticks since the guard died, at most L + 1 */
/* History, for the properties alone. */
bool was_latched = false, was_acknowledged = false, was_rearmed = false, was_stopped = false;

inline latch() {
    mode = latched;
#ifndef BUG_LATCH_NOT_SAVED
    saved = true;
#endif
    was_latched = true; was_acknowledged = false; was_rearmed = false;
#ifndef BUG_LATCH_KEEPS_PULSES
    pulses = false; lease = 0
#endif
}

inline lose_runtime() {
    if
    :: plays && mode == output -> mode = fallback; saved = true;
       was_latched = true; was_acknowledged = false; was_rearmed = false
    :: else -> latch()
    fi
}

inline world() {
    token_late = token_now; token_now = false; replayed = false; stop_wanted = false;
    order_arm = false; order_start = false; order_disarm = false; acknowledges = false;
    if :: runtime_lives -> token_now = true :: true -> skip fi;      /* sent, or silent */
    if :: true -> stop_wanted = true :: true -> skip fi;
    if
    :: runtime_lives -> order_arm = true
    :: runtime_lives -> order_start = true
    :: runtime_lives -> order_disarm = true
    :: runtime_lives -> acknowledges = true
    :: replayed = true
    :: runtime_lives = false
    :: guard_lives -> guard_lives = false; since_death = 0
    :: !guard_lives && !runtime_lives ->                              /* the next session */
       guard_lives = true; runtime_lives = true; age = T + 1; token_now = false; token_late = false;
       if :: saved -> mode = latched :: else -> mode = off fi;
       pulses = false; lease = 0                                      /* the guard starts with output off */
    :: skip
    fi
}

inline guard_tick() {
    if
    :: token_now -> age = 0
    :: token_late && age > 1 -> age = 1
    :: else -> if :: age <= T -> age++ :: else -> skip fi
    fi;
#ifndef BUG_STOP_IGNORED
    if :: stop_wanted -> latch(); was_stopped = true :: else -> skip fi;
#else
    if :: stop_wanted -> was_stopped = true :: else -> skip fi;
#endif
    if :: replayed && mode != off -> latch() :: else -> skip fi;
    if
    :: acknowledges && mode == latched -> mode = off; saved = false; was_acknowledged = true
#ifndef BUG_ARMS_LATCHED
    :: order_arm && mode == off && !saved -> mode = armed; was_rearmed = true; was_stopped = false
#else
    :: order_arm && mode != output -> mode = armed; was_stopped = false
#endif
    :: order_start && mode == armed && age <= T -> mode = output
    :: order_disarm && (mode == armed || mode == output) -> mode = off; pulses = false; lease = 0
    :: else -> skip
    fi;
#ifndef BUG_NO_TIMEOUT
    if :: (mode == output || mode == armed) && (age > T || !runtime_lives) -> lose_runtime() :: else -> skip fi;
#endif
    if
    :: mode == output && token_now -> lease = L; pulses = true        /* a permit under a fresh lease */
    :: mode == output && token_now -> lease = L                       /* a rest */
    :: mode == fallback -> lease = L; pulses = true
    :: mode == fallback -> latch()                                    /* it has come to rest: its flag stays */
    :: else -> skip
    fi
}

inline device_tick() {
#ifndef BUG_NO_LEASE
    if :: lease > 0 -> lease-- :: else -> skip fi;
    if :: lease == 0 -> pulses = false :: else -> skip fi
#else
    skip
#endif
}

active proctype system() {
    if :: plays = true :: plays = false fi;
    do
    :: atomic {
       world();
       if
       :: guard_lives -> guard_tick()
       :: else -> if :: since_death <= L -> since_death++ :: else -> skip fi
       fi;
       device_tick();
#ifdef REACHES
       /* Must be violated: a model in which nothing is ever stimulated proves nothing. */
       assert(!(pulses && mode == output && was_latched && was_acknowledged && was_rearmed));
#endif
#ifdef P1
       /* No output when disarmed: a living guard in a mode without output has none. */
       assert(!(guard_lives && pulses && (mode == off || mode == armed || mode == latched)));
#endif
#ifdef P2
       /* Output needs a token younger than the timeout, or the signed fallback; without a guard at most a lease. */
       assert(!(guard_lives && pulses && mode == output && age > T));
       assert(!(guard_lives && pulses && mode == output && !plays && !runtime_lives));
       assert(!(!guard_lives && pulses && since_death > L));
#endif
#ifdef P3
       /* A stop reaches zero in the guard's tick and holds until somebody arms. */
       assert(!(guard_lives && was_stopped && pulses));
#endif
#ifdef P4
       /* From a latch no path to output but by acknowledgement and arming; a fallback carries its flag. */
       assert(!(pulses && guard_lives && mode == output && was_latched && !(was_acknowledged && was_rearmed)));
       assert(!(pulses && guard_lives && mode == latched));
#endif
       }
    od
}

#ifdef P3
/* And with a guard or without one: after a stop output always ends. */
ltl stopped { [] (was_stopped -> <> (!pulses)) }
#endif
