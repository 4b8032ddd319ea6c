"""Commands for the oracle: near every bound, one nanoampere or microsecond below, at and above it."""

import random

from limits import ANODIC, ASYMMETRIC, CATHODIC, PASSIVE
from judge import TOP

NEAR = (-1, 0, 0, 0, 1)
FAULTS = [
    ("is_armed", [False]), ("limits_valid", [False]), ("limits_expired", [True]), ("consent_expired", [True]),
    ("token_age", [99_999, 100_000, 100_001, -1, TOP]), ("actors_healthy", [False]), ("sequence_valid", [False]),
    ("acknowledgements_missing", [1, 3, 4, -1]), ("stop_requested", [True]),
    ("latch", [1, 4, 8, 1 << 21, 12, 1 << 7, 1 << 42]),
    ("samples_in_order", [False]), ("rate_deviation", [9_999, 10_000, 10_001, -1]),
    ("signal_saturated_or_flat", [True]), ("signal_disturbed", [True]), ("decoder_valid", [False]),
    ("decision_is_current", [False]), ("spike_storm", [True]), ("non_finite_decisions", [2, 3, -1]),
    ("controller", [0, 1, 1, 2, -1]), ("uncertain_deliveries", [1, 2, 3, -1]), ("compliance_reached", [True]),
    ("compliance_events", [2, 3]), ("residual_voltage", [99_999, 100_000, 100_001, -1]),
    ("electrode_voltage_low", [-499, -500, -501, -600, -601]), ("electrode_voltage_high", [599, 600, 601, 800]),
    ("measured_imbalance", [3_999, 4_000, 4_001, -1]), ("device_matches", [False]), ("read_back_matches", [False]),
    ("log_healthy", [False]), ("clocks_agree", [False]), ("realtime_or_virtual", [False]),
    ("arming_evidence_valid", [False]), ("verdicts_agree", [False]), ("target", [None, 0, 1, 2, 3]),
]
SOFT = ["amplitude", "charge-density", "shannon", "residual-voltage"]


class Commands:
    """One stream; it looks at the judge's history to go on where the last permitted command left off."""

    def __init__(self, limits, judge, rng, stateless):
        self.l, self.h, self.r, self.stateless = limits, judge, rng, stateless
        self.at = rng.choice([0, 0, 1_000_000, rng.randrange(10**12)])
        self.mode = "open-loop"
        self.pair = None
        self.width = None
        self.names = list(limits["pairs"])
        self.free = rng.random() < .75      # what needs an acknowledgement has one

    def near(self, bound):
        return bound + self.r.choice(NEAR)

    def next(self):
        r = self.r
        if r.random() < .02 or self.mode not in ("open-loop", "closed-loop", "fallback"):
            modes = ["open-loop", "closed-loop", "fallback"] * 4 + ["off", "armed", "latched"]
            self.mode = r.choice(modes)
        if self.pair is None or r.random() < .08:
            self.pair = r.choice(self.names)
        name = self.pair if r.random() > .01 else r.choice(["nothing", None, ""])
        pair = self.l["pairs"].get(self.pair)
        lead = self.h.leads[pair["lead"]]
        period = self.period()
        self.at = self.time(lead, period)
        c = {"at": self.at, "mode": self.mode, "pair": name, "period": period, "evidence": {}}
        c["waveform"] = self.l["waveforms"][0]
        if r.random() < .02:
            c["waveform"] = r.choice([CATHODIC, ANODIC, ASYMMETRIC, PASSIVE])
        c["pulses"] = self.pulses(period)
        c["interphase"] = 0 if r.random() < .8 else self.near(r.choice(self.l["interphase"]))
        c["balance"] = self.balance()
        c["amplitude"] = self.amplitude(lead, pair)
        c["width"] = self.pulse_width(c["amplitude"], pair)
        self.evidence(c, pair)
        if r.random() < .02:
            c.update(pair=None, amplitude=0, width=0, interphase=0, period=0, pulses=0, balance=0)
        if r.random() < .01:
            self.extreme(c)
        return c

    def period(self):
        r, low, high = self.r, *self.l["period"]
        kind = r.random()
        if kind < .75:
            return min(high, max(low, 7_692))
        if kind < .9:
            return self.near(r.choice([low, low, high]))
        return r.randrange(low, high)

    def time(self, lead, period):
        """When: in step with the lead's rhythm, just beside it, or after a pause that some rule counts."""
        r, l = self.r, self.l
        if self.stateless and r.random() < .01:
            return r.choice([-TOP - 1, -1, TOP, TOP - 250_000, TOP - 10**6, r.randrange(-10**11, 10**18)])
        if lead.start is None or self.stateless:
            return max(self.at, 0) % 10**15 + r.choice([0, 1, 40_000, 1_000_000])
        base, kind = lead.start, r.random()
        if kind < .72:
            return max(self.at, base + period)
        if kind < .9:
            steps = [0, l["period"][0], lead.end - base, lead.end - base + l["min_inter_pulse"], 2 * lead.period,
                     2 * period, l["lease"], lead.since + 1_000_000 - base, 250_000]
            if lead.anchored is not None:
                steps.append(lead.anchored + 250_000 - base)
            return max(self.at, base + self.near(r.choice(steps)))
        pauses = [250_001, 400_000, 1_000_000, 1_015_625, 5_000_000, 60_000_000]
        if kind > .99:
            pauses += [3_600_000_000, 86_400_000_000]
        if kind > .97:
            bucket = r.choice([15_625, 937_500, 56_250_000])
            return max(self.at, (base // bucket + r.choice([1, 64, 65, 66])) * bucket + r.choice(NEAR))
        t = l["train"]
        if t:
            pauses += [t["gap"], t["gap"], t["episode_lockout"]] * 3
            return max(self.at, lead.end + self.near(r.choice(pauses)))
        targets = [lead.target_since + l["min_hold"]] + [x + l["change_window"] for x in lead.changes[-4:]]
        if kind > .95:
            return max(self.at, self.near(r.choice(targets)))
        return max(self.at, base + self.near(r.choice(pauses)))

    def pulses(self, period):
        """A stream's segments end within a lease, as a session's do."""
        r = self.r
        kind = r.random()
        if self.stateless and kind < .05:
            return r.choice([255, 256, 257, 1_000, TOP, 0, -1])
        most = max(1, 1 + 240_000 // max(1, period))
        if kind < .5:
            return 1
        return r.randint(1, min(40, most)) if kind < .99 else r.choice([0, 1, 1])

    def balance(self):
        r = self.r
        kind = r.random()
        if kind < .7:
            return 0
        return self.near(self.l["imbalance"]) if kind < .9 else r.choice([1, 100, 1_000, 3_000, -1, 0])

    def amplitude(self, lead, pair):
        r, l = self.r, self.l
        present, since = lead.output(self.at, l["lease"])
        shares = len(pair["cathodes"]), len(pair["anodes"])
        kind = r.random()
        if self.stateless or kind < .1:
            bounds = [l["amplitude"][0], l["amplitude"][1] * min(shares), l["total_amplitude"],
                      l["soft_amplitude"] * min(shares), l["soft_amplitude"] * max(shares)]
            if kind < .06:
                return self.near(r.choice(bounds))
            return r.randrange(0, l["amplitude"][1] * 2) if self.stateless else self.near(present)
        if kind < .4:
            return present
        rate = l["ramp_up"] if kind < .75 else -l["ramp_down"]
        credit = min(max(self.at - since, 0), 1_000_000)
        allowed = abs(rate) * credit // 1_000_000
        step = min(allowed, l["max_step"])
        if lead.anchored is not None and r.random() < .2:
            real = min(max(self.at - lead.anchored, 250_000), 1_000_000) + 100_000
            return max(0, lead.anchor + (1 if rate > 0 else -1) * self.near(abs(rate) * real // 1_000_000))
        if kind < .6 or kind > .9:
            step = self.near(r.choice([step, step, allowed, l["max_step"]]))
        else:
            step = r.randint(0, max(0, step))
        wanted = present + (step if rate > 0 else -step)
        if wanted < 0:
            return r.choice([0, 0, -1])
        return wanted

    def pulse_width(self, amplitude, pair):
        """Mostly as before; often where charge, density, Shannon or injection ends."""
        r, l = self.r, self.l
        kind = r.random()
        if kind < .6 and self.width is not None:
            return self.width
        low, high = l["width"]
        if kind < .85 and amplitude > 0:
            contacts = [(name, len(side)) for side in (pair["cathodes"], pair["anodes"]) for name in side]
            name, n = r.choice(contacts)
            contact = l["contacts"][name]
            area = contact["area"]
            charges = [l["charge_per_phase"], n * l["charge_density"] * area, n * l["soft_density"] * area,
                       n * 3_999_999, n * contact["micro_charge"], n * 20_000_000]
            charges += [int((n * n * k * area) ** .5) for k in (l["shannon"], l["soft_shannon"]) if k]
            if contact["injection"]:
                charges.append(n * contact["injection"] * area)
            reachable = [q // amplitude for q in charges if low <= q // amplitude <= high]
            if reachable:
                return r.choice(reachable) + r.choice((0, 0, 1))
        self.width = r.randint(low, high)
        return self.width if kind < .95 else self.near(r.choice([low, high]))

    def evidence(self, c, pair):
        r, l, e = self.r, self.l, c["evidence"]
        lead = pair["lead"]
        if lead and r.random() > .01:
            e["controller"] = lead
        if self.free:
            e["acknowledged"] = SOFT
        elif r.random() < .2:
            e["acknowledged"] = r.sample(SOFT, r.randint(0, 4))
        if r.random() < .04:
            e["target"] = r.randint(0, 2)
        kind = r.random()
        if kind < .75:
            return
        for _ in range(1 if kind < .95 else 3):
            self.fault(e, c)

    def fault(self, e, c):
        r, l = self.r, self.l
        bounds = [
            ("sample_age", l["max_sample_age"]), ("gap", l["max_gap"]), ("valid_channels", l["min_valid_channels"]),
            ("deadline_misses_in_window", l["deadline_misses"]), ("confidence", l["confidence_min"]),
            ("out_of_distribution", l["out_of_distribution_max"]), ("patient_maximum", max(0, c["amplitude"])),
            ("measured_net_charge", l["net_charge"]), ("lease_end", c["at"] + 2 * c["width"] + c["interphase"]),
            ("impedance", 300_000), ("impedance", 3_000_000), ("impedance", 1_000_000), ("impedance", 1_300_000),
            ("impedance_age", 12 * 3_600_000_000),
        ]
        if r.random() < .4:
            name, bound = r.choice(bounds)
            e[name] = max(-TOP - 1, min(TOP, self.near(bound)))
        else:
            name, values = r.choice(FAULTS)
            e[name] = r.choice(values)

    def extreme(self, c):
        r = self.r
        if c["pulses"] == 0:
            return
        for key in r.sample(["amplitude", "width", "interphase", "period", "pulses", "balance"], r.choice([1, 1, 2])):
            c[key] = r.choice([TOP, -TOP - 1, 0, -1, 1, 2**32, 2**53 + 1, r.randrange(-TOP, TOP)])


WORDS = {True: "true", False: "false", None: "null"}


def word(value):
    if value is None or value is True or value is False:
        return WORDS[value]
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(f'"{each}"' for each in value) + "]"
    return str(value)


def line(c):
    pair = "null" if c["pair"] is None else f'"{c["pair"]}"'
    text = (
        f'{{"at_us": {c["at"]}, "mode": "{c["mode"]}", "pair": {pair}, "waveform": "{c["waveform"]}", '
        f'"amplitude_na": {c["amplitude"]}, "pulse_width_us": {c["width"]}, "interphase_us": {c["interphase"]}, '
        f'"period_us": {c["period"]}, "pulses": {c["pulses"]}, "balance_ppm": {c["balance"]}'
    )
    if c["evidence"]:
        text += ', "evidence": {' + ", ".join(f'"{k}": {word(v)}' for k, v in c["evidence"].items()) + "}"
    return text + "}\n"
