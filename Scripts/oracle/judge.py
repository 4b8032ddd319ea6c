"""The gate's decision, written a second time from the words of the safety reference, in exact integers.

Nothing here was translated from the gate's sources. Where the words leave a choice, Safety.md ("Rules of the gate") and
the documentation comments of Sources/Interlocks say which one was made:

- a window is 64 buckets of a sixty-fourth, rounded up to whole microseconds, counted from 25 h before the session; a
  bucket that has expired in part counts whole; a debit for a later time counts at once, and one for an earlier time
  than the newest goes into the newest bucket;
- shares of a charge are rounded up, returns included;
- a ramp's time runs from the last change of amplitude, at most 1 s; in the judge's own time the output is compared with
  what it was a quarter of a second ago, with the token timeout (at most 100 ms) as allowance;
- after a pause longer than a lease or two periods the output counts as zero;
- a train goes on while at most two periods part two pulses;
- the reserve of a ramp-off is n pulses of half the amplitude, n from the signed ramp and the largest step;
- what 64 bits do not hold cannot be judged, and denies: a charge, an end, a reserve.
"""

from collections import deque

TOP = 2**63 - 1
ORIGIN = 25 * 3_600_000_000
SECOND = 1_000_000
RAMPING = {2, 3, 21, 25, 26, 27, 28, 29, 34, 35}
OF_PULSES = set(range(7, 21)) | {22, 23, 25, 33, 38, 39, 41, 45}
MACRO = {"macro-ring", "macro-segment", "strip", "seeg"}
HEALTHY = {
    "is_armed": True, "limits_valid": True, "limits_expired": False, "consent_expired": False, "token_age": 0,
    "actors_healthy": True, "sequence_valid": True, "acknowledgements_missing": 0, "stop_requested": False, "latch": 0,
    "sample_age": 0, "gap": 0, "samples_in_order": True, "rate_deviation": 0, "signal_saturated_or_flat": False,
    "signal_disturbed": False, "deadline_misses_in_window": 0, "decoder_valid": True, "decision_is_current": True,
    "spike_storm": False, "non_finite_decisions": 0, "confidence": 1_000_000, "out_of_distribution": 0,
    "controller": 0, "patient_maximum": None, "uncertain_deliveries": 0, "compliance_reached": False,
    "compliance_events": 0, "residual_voltage": 0, "electrode_voltage_low": 0, "electrode_voltage_high": 0,
    "measured_imbalance": 0, "measured_net_charge": 0, "device_matches": True, "read_back_matches": True,
    "acknowledged": (), "log_healthy": True, "clocks_agree": True, "realtime_or_virtual": True,
    "arming_evidence_valid": True, "verdicts_agree": True, "impedance": None, "impedance_age": 0,
}


def up(a, b):
    """a / b, rounded up."""
    return -(-a // b)


def fits(number):
    """The number, or None where 64 bits do not hold it."""
    return number if number is not None and -TOP - 1 <= number <= TOP else None


class Window:
    """A sliding sum."""

    def __init__(self, length):
        self.bucket = max(16, up(length, 64))
        self.entries = deque()      # [bucket number, amount], oldest first
        self.total = 0

    def number(self, time):
        return min(TOP, max(0, time + ORIGIN)) // self.bucket

    def debit(self, amount, time):
        number = self.number(time)
        if self.entries and self.entries[-1][0] >= number:
            self.entries[-1][1] += amount
        else:
            self.entries.append([number, amount])
        self.total += amount

    def sum(self, time):
        """The window that ends at `time`; times asked for never go backwards."""
        oldest = self.number(time) - 64
        while self.entries and self.entries[0][0] < oldest:
            self.total -= self.entries.popleft()[1]
        return self.total

    def takes(self, amount, first, period, pulses, limit):
        """Each of the pulses keeps the window that ends with it at or below the limit."""
        if pulses > 256 or first + (pulses - 1) * period > TOP:
            return False
        before = self.sum(first)
        if before + amount * pulses <= limit:
            return True
        if before + amount > limit:
            return False
        for pulse in range(1, pulses):
            oldest = self.number(first + pulse * period) - 64
            held = sum(entry[1] for entry in self.entries if entry[0] >= oldest)
            if held + amount * (pulse + 1) > limit:
                return False
        return True


class Lead:
    def __init__(self, amplitude=0, since=-1_000_000):
        self.amplitude, self.since = amplitude, since
        self.start = self.end = None            # of the last pulse
        self.period = 0
        self.anchor, self.anchored = 0, None
        self.train, self.trains = None, 0       # start of the one that runs; how many in this episode
        self.target, self.target_since, self.changes = None, 0, []
        self.day = Window(86_400_000_000)

    def output(self, time, lease):
        if self.start is None:
            return self.amplitude, self.since
        paused = time - self.start > max(lease, 2 * self.period)
        return (0, self.start) if paused else (self.amplitude, self.since)

    def goes_on(self, first, period):
        return self.start is not None and first - self.start <= 2 * max(self.period, period)


class Judge:
    """`limits` is a dictionary as limits.py makes it."""

    def __init__(self, limits, stateless):
        self.l, self.stateless = limits, stateless
        self.mode = None
        self.reset(0, -1_000_000)

    def reset(self, amplitude, since):
        l = self.l
        count = 1 + max(pair["lead"] for pair in l["pairs"].values())
        self.leads = [Lead(amplitude, since) for _ in range(count)]
        names = l["contacts"]
        self.dose = {c: [Window(w["length"]) for w in l["windows"]] for c in names}
        self.time = {c: [Window(w["length"]) for w in l["windows"]] for c in names}
        self.net = {c: Window(SECOND) for c in names}
        self.owner = dict.fromkeys(names)
        self.impedance = {}
        self.wanted = {}

    def judge(self, c):
        """(permitted, sorted list of broken interlocks) of a command."""
        if self.stateless:
            self.reset(c["amplitude"], c["at"])
        elif self.mode is not None and self.mode != c["mode"]:
            for lead in self.leads:
                if lead.start is not None and lead.since < lead.start:
                    lead.since = lead.start
                lead.target = None
            self.owner = dict.fromkeys(self.owner)
        self.mode = c["mode"]
        return Case(self, c).answer()


class Case:
    """One command against a judge's history."""

    def __init__(self, judge, c):
        l = judge.l
        self.h, self.l, self.c = judge, l, c
        e = dict(HEALTHY, valid_channels=l["min_valid_channels"])
        e.update(c["evidence"])
        self.e = e
        self.closed, self.fallback = c["mode"] == "closed-loop", c["mode"] == "fallback"
        self.pair = l["pairs"].get(c["pair"])
        a, w, i, p, n = c["amplitude"], c["width"], c["interphase"], c["period"], c["pulses"]
        self.rest = self.pair is None and a == 0 and w == 0 and n == 0
        sane = a >= 0 and w > 0 and i >= 0 and p > 0 and n >= 1
        self.charge = fits(a * w) if sane else None
        self.unbalanced = None
        if self.charge is not None and fits(self.charge * c["balance"]) is not None:
            self.unbalanced = up(self.charge * c["balance"], 1_000_000)
        self.length = fits(2 * w + i) if sane and fits(2 * w) is not None else None
        self.last = self.end = None
        if sane and fits((n - 1) * p) is not None:
            self.last = fits(c["at"] + (n - 1) * p)
            if self.last is not None and self.length is not None:
                self.end = fits(self.last + self.length)
        self.index = self.pair["lead"] if self.pair else e["controller"]
        self.lead = judge.leads[self.index] if 0 <= self.index < len(judge.leads) else None
        self.present, self.since = self.lead.output(c["at"], l["lease"]) if self.lead else (0, c["at"])
        lower = a < self.present or (a == self.present and c["at"] - self.since <= SECOND)
        self.ramp_off = self.fallback and (self.rest or lower)
        self.goes_on = self.lead is not None and self.lead.goes_on(c["at"], p)
        if self.pair:
            cathodes, anodes = self.pair["cathodes"], self.pair["anodes"]
            self.sides = [(x, len(cathodes)) for x in cathodes] + [(x, len(anodes)) for x in anodes]
        else:
            self.sides = []
        if "lease_end" not in e:
            fresh = min(TOP, c["at"] + l["lease"])
            e["lease_end"] = max(fresh, self.end if self.end is not None else fresh)
        if "target" not in e:
            e["target"] = judge.wanted.get(self.index, 0)

    def answer(self):
        self.measure()
        broken = self.session() | self.link() | self.device() | self.sensing()
        if not self.rest:
            broken |= self.shape() | self.charges() | self.history()
        permitted = not (self.reactions(broken) if self.rest else broken)
        if permitted:
            self.take()
        return permitted, sorted(broken)

    # What the session says.

    def session(self):
        l, e, closed = self.l, self.e, self.closed
        bits = set()
        if self.c["mode"] not in ("open-loop", "closed-loop", "fallback") or not e["is_armed"]:
            bits.add(1)
        excused = self.fallback and (l["on_expiry"] == "open-loop-baseline" or self.ramp_off)
        if not e["limits_valid"] or (closed and not l["allows_closed"]) or (e["limits_expired"] and not excused):
            bits.add(2)
        if e["stop_requested"]:
            bits.add(5)
        latched = {bit for bit in range(64) if e["latch"] >> bit & 1}
        if latched and not (self.fallback and latched <= RAMPING):
            bits.add(6)
        t = l["train"]
        if t and self.lead and not self.goes_on and self.lead.end is not None:
            if self.lead.trains >= t["per_episode"] and self.c["at"] - self.lead.end < t["episode_lockout"]:
                bits.add(24)
        consent = l["consents"] and (not closed or l["consents_closed"]) and not e["consent_expired"]
        if not consent and not self.ramp_off:
            bits.add(34)
        if not e["arming_evidence_valid"]:
            bits.add(44)
        return bits

    def link(self):
        l, e, at = self.l, self.e, self.c["at"]
        bits = set()
        if not self.fallback and not (0 <= e["token_age"] <= l["token_timeout"] and e["actors_healthy"]):
            bits.add(3)
        over = not self.rest and (self.end is None or self.end > e["lease_end"])
        silent = not self.fallback and not 0 <= e["acknowledgements_missing"] <= 3
        if at >= e["lease_end"] or over or silent:
            bits.add(4)
        early = not self.rest and self.lead and self.lead.end is not None and at < self.lead.end
        if early or not (self.fallback or e["sequence_valid"]):
            bits.add(40)
        return bits

    def device(self):
        l, e = self.l, self.e
        bits = set()
        if e["uncertain_deliveries"] != 0:
            bits.add(30)
        if e["compliance_reached"] or not 0 <= e["residual_voltage"] <= l["residual_voltage"]:
            bits.add(31)
        if not e["log_healthy"] and not self.ramp_off:
            bits.add(35)
        words = {32: "device_matches", 36: "clocks_agree", 42: "read_back_matches", 46: "verdicts_agree"}
        bits |= {bit for bit, word in words.items() if not e[word]}
        if not self.rest:
            windows = [l["contacts"][x]["water"] for x, _ in self.sides]
            low, high = e["electrode_voltage_low"], e["electrode_voltage_high"]
            measured = any(contact["water"] for contact in l["contacts"].values())
            if (measured and not windows) or any(w and (low < w[0] or high > w[1]) for w in windows):
                bits.add(45)
        return bits

    def sensing(self):
        """Rule (a): the closed loop's alone."""
        if not self.closed:
            return set()
        l, e = self.l, self.e
        bits = set()
        if not self.may_aim():
            bits.add(21)
        timely = 0 <= e["sample_age"] <= l["max_sample_age"] and 0 <= e["gap"] <= l["max_gap"]
        if not timely or not e["samples_in_order"] or not 0 <= e["rate_deviation"] <= 10_000:
            bits.add(26)
        if e["signal_saturated_or_flat"] or e["signal_disturbed"] or e["valid_channels"] < l["min_valid_channels"]:
            bits.add(27)
        if not 0 <= e["deadline_misses_in_window"] <= l["deadline_misses"]:
            bits.add(28)
        sure = e["confidence"] >= l["confidence_min"] and 0 <= e["out_of_distribution"] <= l["out_of_distribution_max"]
        if not (sure and e["decoder_valid"] and e["decision_is_current"]) or e["spike_storm"]:
            bits.add(29)
        if not e["realtime_or_virtual"]:
            bits.add(43)
        return bits

    def may_aim(self):
        target, lead, l = self.e["target"], self.lead, self.l
        if target is None or lead is None:
            return False
        if lead.target is None or lead.target == target:
            return True
        if l["max_changes"] == 0 or self.c["at"] - lead.target_since < l["min_hold"]:
            return False
        recent = [t for t in lead.changes if self.c["at"] - t < l["change_window"]]
        return len(recent) < l["max_changes"]

    # What the pulse is.

    def shape(self):
        l, e, c = self.l, self.e, self.c
        bits = set()
        contacts = l["contacts"]
        if not self.pair or not all(contacts[x]["stimulate"] for x, _ in self.sides):
            bits.add(7)
        if c["waveform"] not in l["waveforms"]:
            bits.add(8)
        low, high = l["amplitude"]
        if e["patient_maximum"] is not None:
            high = min(high, e["patient_maximum"])
        a = c["amplitude"]
        over = a > high if not self.pair else any(
            a < 0 or high < 0 or a > n * high for x, n in self.sides if contacts[x]["kind"] != "return-case")
        if a < low or over:
            bits.add(9)
        if a > l["total_amplitude"]:
            bits.add(10)
        if not l["width"][0] <= c["width"] <= l["width"][1]:
            bits.add(11)
        if not l["interphase"][0] <= c["interphase"] <= l["interphase"][1]:
            bits.add(12)
        if not self.rhythm():
            bits.add(13)
        whole = None if self.charge is None else fits(self.charge * c["pulses"])
        if whole is None or self.unbalanced is None or self.end is None or c["balance"] < 0:
            bits.add(39)
        held = [self.h.owner[x] for x, _ in self.sides if contacts[x]["kind"] != "return-case"]
        if e["controller"] < 0 or any(owner not in (None, e["controller"]) for owner in held):
            bits.add(41)
        return bits

    def rhythm(self):
        l, c, lead = self.l, self.c, self.lead
        if not l["period"][0] <= c["period"] <= l["period"][1] or self.length is None:
            return False
        if c["period"] - self.length < l["min_inter_pulse"]:
            return False
        if lead is None or lead.start is None:
            return True
        return c["at"] - lead.end >= l["min_inter_pulse"] and c["at"] - lead.start >= l["period"][0]

    def charges(self):
        l, e, q = self.l, self.e, self.charge
        bits = set()
        if self.c["balance"] > l["imbalance"] or not 0 <= e["measured_imbalance"] <= l["imbalance"]:
            bits.add(18)
        if q is None or q > l["charge_per_phase"]:
            bits.add(14)
        if q is None or not self.pair:
            return bits | {15, 16, 17, 33, 38}
        soft = set()
        for x, n in self.sides:
            contact = l["contacts"][x]
            area, kind = contact["area"], contact["kind"]
            if kind != "micro":
                if q > n * l["charge_density"] * area:
                    bits.add(15)
                if q > n * l["soft_density"] * area:
                    soft.add("charge-density")
            if kind in MACRO:
                if q * q > n * n * l["shannon"] * area:
                    bits.add(16)
                if q * q > n * n * l["soft_shannon"] * area:
                    soft.add("shannon")
            if kind == "micro" and not self.micro(contact, x, n):
                bits.add(17)
            if kind != "return-case":
                if self.c["amplitude"] > n * l["soft_amplitude"]:
                    soft.add("amplitude")
                if contact["injection"] is None:
                    bits.add(38)
            if contact["injection"] is not None and q > n * contact["injection"] * area:
                bits.add(38)
        if soft - set(e["acknowledged"]):
            bits.add(33)
        return bits

    def micro(self, contact, x, n):
        if self.charge > n * min(contact["micro_charge"], 20_000_000):
            return False
        if up(self.charge, n) < 4_000_000:
            return True
        long = [i for i, w in enumerate(self.l["windows"]) if w["length"] >= 2 * SECOND]
        if not contact["micro_evidence"] or not long:
            return False
        return all(self.in_trains(x, i, 500_000) for i in long)

    def in_trains(self, x, i, duty):
        """Time from pulse to pulse in window `i` is at most `duty` millionths of it."""
        c = self.c
        bound = self.l["windows"][i]["length"] // SECOND * duty
        return self.h.time[x][i].takes(c["period"], c["at"], c["period"], c["pulses"], bound)

    # What it adds to the history.

    def history(self):
        l, e = self.l, self.e
        bits = set()
        if not self.ramp():
            bits.add(20)
        if not self.train():
            bits.add(23)
        if self.pair is None:
            bits.add(25)
        for x, _ in self.sides:
            if not self.electrode(x):
                bits.add(25)
        if self.charge is None or self.unbalanced is None or self.pair is None:
            return bits | {19, 22}
        if not 0 <= e["measured_net_charge"] <= l["net_charge"]:
            bits.add(19)
        c = self.c
        for x, n in self.sides:
            if not self.h.net[x].takes(up(self.unbalanced, n), c["at"], c["period"], c["pulses"], l["net_charge"]):
                bits.add(19)
        if not self.doses():
            bits.add(22)
        return bits

    def electrode(self, x):
        bounds = self.l["contacts"][x]["impedance"]
        if bounds is None:
            return True
        low, high, age, step = bounds
        value, before, measured = self.measured[x]
        if fits(measured) is None:
            return not self.closed      # a time that 64 bits do not hold is none: nothing was measured
        if self.closed and self.c["at"] - measured > age:
            return False
        if self.ramp_off:
            return True
        jump = up(abs(value - before) * 1_000_000, before) if before > 0 else TOP
        return low <= value <= high and jump <= step

    def measure(self):
        """The newest impedance, the one before it, and when."""
        self.measured = {}
        for x, _ in self.sides:
            bounds = self.l["contacts"][x]["impedance"]
            if bounds is None:
                continue
            value = self.e["impedance"]
            middle = (bounds[0] + bounds[1]) // 2
            newest = middle if value is None else value
            before = middle if value is None else self.h.impedance.get(x, value)
            self.measured[x] = (newest, before, self.c["at"] - self.e["impedance_age"])
            if value is not None:
                self.h.impedance[x] = value

    def ramp(self):
        l, c, lead = self.l, self.c, self.lead
        if lead is None:
            return False
        step = abs(c["amplitude"] - self.present)
        if step > TOP:
            return False
        if step == 0:
            return True
        rate = l["ramp_up"] if c["amplitude"] > self.present else l["ramp_down"]
        credit = min(max(c["at"] - self.since, 0), SECOND)
        if step * SECOND > rate * credit or step > l["max_step"]:
            return False
        if lead.anchored is None or self.present <= 0:
            return True
        real = min(max(c["at"] - lead.anchored, 250_000), SECOND) + min(l["token_timeout"], 100_000)
        return abs(c["amplitude"] - lead.anchor) * SECOND <= rate * real

    def train(self):
        t, lead = self.l["train"], self.lead
        if t is None:
            return self.l["mode"] != "burst"
        if lead is None or self.end is None:
            return False
        start = lead.train if self.goes_on else self.c["at"]
        if self.end - start > t["longest"]:
            return False
        return self.goes_on or lead.end is None or self.c["at"] - lead.end >= t["gap"]

    def doses(self):
        l, c = self.l, self.c
        reserve = 0
        if l["mode"] != "continuous" and not self.ramp_off:
            slope = fits(l["ramp_down"] * c["period"])
            step = 0 if slope is None else min(slope // SECOND, l["max_step"])
            if step <= 0:
                return False
            currents = fits(up(c["amplitude"], step) * c["amplitude"])
            reserve = None if currents is None else fits(up(currents, 2) * c["width"])
            if reserve is None:
                return False
        for x, n in self.sides:
            kept = up(reserve, n)
            for i, window in enumerate(l["windows"]):
                amount = up(self.charge, n)
                room = window["charge"] - kept
                if not self.h.dose[x][i].takes(amount, c["at"], c["period"], c["pulses"], room):
                    return False
                if window["duty"] < 1_000_000 and not self.in_trains(x, i, window["duty"]):
                    return False
        t = l["train"]
        if t and self.lead and not self.goes_on:
            return self.lead.day.sum(c["at"]) + 1 <= t["per_day"]
        return True

    # What follows.

    def reactions(self, broken):
        """Those of the broken bits that ask for more than a denial."""
        e = self.e
        more = broken & {4, 5, 32, 36, 42, 46}
        if 30 in broken and not 0 <= e["uncertain_deliveries"] <= 2:
            more.add(30)
        residual = not 0 <= e["residual_voltage"] <= self.l["residual_voltage"]
        if 31 in broken and (residual or not 0 <= e["compliance_events"] <= 2):
            more.add(31)
        infinite = 29 in broken and not e["decoder_valid"]
        if infinite and not 0 <= e["non_finite_decisions"] <= 2:
            more.add(29)
        if self.c["mode"] in ("open-loop", "closed-loop", "fallback"):
            more |= broken & (RAMPING - {29} if infinite else RAMPING)
        return more

    def take(self):
        c, lead, e = self.c, self.lead, self.e
        if e["target"] is not None:
            self.h.wanted[self.index] = e["target"]
            if lead and e["target"] != lead.target:
                if lead.target is not None:
                    lead.changes = lead.changes[-4_096:] + [c["at"]]
                lead.target, lead.target_since = e["target"], c["at"]
        if self.rest:
            return
        for x, _ in self.sides:
            self.h.owner[x] = e["controller"]
        first, period = c["at"], c["period"]
        if not self.goes_on:
            t = self.l["train"]
            apart = lead.end is None or first - lead.end >= (t["episode_lockout"] if t else 0)
            lead.train, lead.trains = first, 1 if apart else lead.trains + 1
            lead.day.debit(1, first)
        if c["amplitude"] != self.present:
            lead.since = first
        else:
            lead.since = self.since
        if self.present == 0 or lead.anchored is None or first - lead.anchored >= 250_000:
            lead.anchor, lead.anchored = c["amplitude"], first
        lead.amplitude, lead.period = c["amplitude"], period
        lead.start, lead.end = self.last, self.end
        for x, n in self.sides:
            amount, net = up(self.charge, n), up(self.unbalanced, n)
            for pulse in range(c["pulses"]):
                time = first + pulse * period
                self.h.net[x].debit(net, time)
                for i in range(len(self.l["windows"])):
                    self.h.dose[x][i].debit(amount, time)
                    self.h.time[x][i].debit(period, time)
