"""One run of the test program with one mutant active, ended at the first failure."""

import os
import resource
import signal
import subprocess
import threading

KILLED, TIMEOUT, SURVIVED = "killed", "timeout", "survived"
# The longest test comes last and alone: what survives the others meets it.
UNITS, ORACLE = ["--skip", "OracleTests"], ["--filter", "OracleTests"]
# Seconds after which a test program that uses no processor time is given up.
WALL = 600


class Trial:
    """Runs `program` in `stages` of tests; `baseline` learns how long the healthy ones take and how many they are."""

    def __init__(self, program, stages):
        self.program, self.stages, self.seconds = str(program), stages, 300
        self.tests = [None] * len(stages)

    def limit(self):
        """A mutant may not eat the machine nor leave a core file; one that hangs has used up its processor time.

        Processor time, because a busy machine must not turn a survivor into a kill.
        """
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (self.seconds, self.seconds))

    def baseline(self):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for stage in range(len(self.stages)):
            outcome, last = self.run_stage(None, stage)
            if outcome != SURVIVED:
                raise SystemExit(f"Error: the tests fail without a mutant.\n{last}")
            self.tests[stage] = self.count(last)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.seconds = 4 + int(8 * used)
        return used

    def run(self, number):
        """The outcome with mutant `number` active."""
        for stage in range(len(self.stages)):
            outcome, _ = self.run_stage(number, stage)
            if outcome != SURVIVED:
                return outcome
        return SURVIVED

    def run_stage(self, number, stage):
        """(outcome, last line); the process is ended at its first failure."""
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", NO_COLOR="1")
        environment.pop("ANSA_MUTANT", None)
        if number is not None:
            environment["ANSA_MUTANT"] = str(number)
        process = subprocess.Popen(
            [self.program, "--testing-library", "swift-testing", "--no-parallel", *self.stages[stage]], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
            preexec_fn=self.limit)
        late = threading.Event()
        timer = threading.Timer(WALL, lambda: (late.set(), process.kill()))
        timer.start()
        last, failed = "", False
        try:
            for line in process.stdout:
                last = line.strip() or last
                if "✘" in line:
                    failed = True
                    break
        finally:
            timer.cancel()
            process.kill() if failed else None
            process.stdout.close()
            code = process.wait()
        if late.is_set():
            raise SystemExit(f"Error: mutant {number} sleeps: no end after {WALL} s, and no use of the processor.")
        if code in (-signal.SIGXCPU, -signal.SIGKILL) and not failed:
            return TIMEOUT, last
        if failed or code != 0:
            return KILLED, last
        if self.tests[stage] not in (None, self.count(last)):
            raise SystemExit(f"Error: mutant {number} ended well without running every test: {last}")
        return SURVIVED, last

    @staticmethod
    def count(last):
        """How many tests the last line says have passed."""
        words = last.split()
        return int(words[words.index("with") + 1]) if "with" in words else -1
