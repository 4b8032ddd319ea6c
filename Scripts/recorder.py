#!/usr/bin/env python3
"""Re-derives from a stimulator's own record what left it, and holds that against a limits file.

    recorder.py SESSION                      a session's folder: stimulator.jsonl and its *.limits.yaml
    recorder.py --limits FILE RECORD.jsonl   one record against a file

It shares no code with Ansa: floating point in SI units, exact sliding windows, its own reader of the limits file. It
prints one JSON object with the extremes that it found and every breach, and ends with 1 when there is a breach, with 65
when a file cannot be read. Optional fields of a pulse: `interphase_us`, `recharge_fc` (charge of the second phase as
measured; without it the pulse is taken as balanced), `waveform`.
"""

import argparse
import collections
import json
import math
import pathlib
import sys

PREFIXES = {"n": 1e-9, "u": 1e-6, "\u00b5": 1e-6, "\u03bc": 1e-6, "m": 1e-3, "k": 1e3, "c": 1e-2, "": 1.0}
TIMES = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
SMALL = 1e-9            # of a bound: what floating point may miss it by
LEASE = 0.25            # s; no device keeps its output longer without its host
LONGEST_HOLD = 1.0      # s; a ramp saves up no more time than this


# The limits file: just enough of YAML for the strict subset that Ansa accepts.

def uncomment(line):
    quote = None
    for index, letter in enumerate(line):
        if quote:
            quote = None if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index].rstrip()
    return line.rstrip()


def scalar(text):
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def split_flow(text):
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        if letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part for part in parts + [text[start:]] if part.strip()]


def flow(text):
    text = text.strip()
    if text.startswith("{"):
        pairs = (part.split(":", 1) for part in split_flow(text[1:-1]))
        return {scalar(key): flow(value) for key, value in pairs}
    if text.startswith("["):
        return [flow(part) for part in split_flow(text[1:-1])]
    return scalar(text)


def block(lines, indent):
    """Takes the lines of one block off the front of `lines` (pairs of indent and text)."""
    if lines[0][1].startswith("- "):
        items = []
        while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
            text = lines[0][1][2:].strip()
            if text.startswith(("{", "[")) or ":" not in text:
                lines.pop(0)
                items.append(flow(text))
            else:
                lines[0] = (indent + 2, text)
                items.append(block(lines, indent + 2))
        return items
    table = {}
    while lines and lines[0][0] == indent:
        key, _, rest = lines.pop(0)[1].partition(":")
        if rest.strip():
            table[scalar(key)] = flow(rest)
        elif lines and (lines[0][0] > indent or lines[0][1].startswith("- ")):
            table[scalar(key)] = block(lines, lines[0][0])
        else:
            table[scalar(key)] = None
    return table


def read_limits(path):
    with open(path, encoding="utf-8") as text:
        kept = [line for line in map(uncomment, text) if line.strip()]
    return block([(len(line) - len(line.lstrip()), line.strip()) for line in kept], 0)


def quantity(text, unit):
    """`3.5 mA` with unit `A` gives 0.0035."""
    number, _, word = str(text).strip().partition(" ")
    if unit == "time":
        for name, size in TIMES.items():
            if word == name:
                return float(number) * size
        unit = "s"
    if not word.endswith(unit) or word[: -len(unit)] not in PREFIXES:
        raise ValueError(f"{text!r} is no quantity in {unit}")
    return float(number) * PREFIXES[word[: -len(unit)]]


def area(text):
    number, word = text.split()
    return float(number) * {"mm2": 1e-6, "cm2": 1e-4, "um2": 1e-12, "\u00b5m2": 1e-12, "\u03bcm2": 1e-12}[word]


def density(text):
    number, word = text.split()
    charge, surface = word.split("/")
    return quantity(f"{number} {charge}", "C") / area(f"1 {surface}")


def share(text):
    number, word = text.split()
    return float(number) * {"%": 1e-2, "ppm": 1e-6}[word]


class Limits:
    """The bounds of a file, in SI units."""

    def __init__(self, path):
        tree = read_limits(path)
        hard, rate, dose = tree["limits"]["hard"], tree["rate"], tree["dose"]
        electrodes = {item["id"]: item for item in tree["electrodes"]}
        self.areas = {item["id"]: area(item["area"]) for item in tree["contacts"]}
        self.kinds = {item["id"]: electrodes[item["electrode"]]["kind"] for item in tree["contacts"]}
        self.electrodes = {item["id"]: electrodes[item["electrode"]] for item in tree["contacts"]}
        self.may_stimulate = {item["id"] for item in tree["contacts"] if item["stimulate"] == "true"}
        self.pairs = tree["pairs"]
        self.amplitude = tuple(quantity(hard["amplitude"][end], "A") for end in ("min", "max"))
        self.total = quantity(hard["total_amplitude"], "A")
        self.width = tuple(quantity(hard["pulse_width"][end], "time") for end in ("min", "max"))
        self.interphase = tuple(quantity(hard["interphase"][end], "time") for end in ("min", "max"))
        self.frequency = tuple(quantity(hard["frequency"][end], "Hz") for end in ("min", "max"))
        self.gap = quantity(hard["min_inter_pulse"], "time")
        self.charge = quantity(hard["charge_per_phase"], "C")
        self.density = density(hard["charge_density"])
        self.shannon = float(hard["shannon_k"]) if "shannon_k" in hard else None
        self.imbalance = share(hard["imbalance_per_pulse"])
        self.net = quantity(hard["net_current"]["max"], "A"), quantity(hard["net_current"]["window"], "time")
        self.waveforms = hard["waveforms"]
        self.ramp = tuple(quantity(rate[name].removesuffix("/s"), "A") for name in ("ramp_up", "ramp_down"))
        self.step = quantity(rate["max_step"], "A")
        self.windows = [
            (quantity(item["length"], "time"), quantity(item["charge"], "C"), share(item.get("duty", "100 %")))
            for item in dose["windows"]]
        self.train = quantity(dose["train_max"], "time") if "train_max" in dose else None
        self.train_gap = quantity(dose["train_gap_min"], "time") if "train_gap_min" in dose else None

    def contacts(self, pair):
        """Each contact of a pair with the number of contacts that share its current."""
        for side in ("cathode", "anode"):
            for contact in self.pairs[pair][side]:
                yield contact, len(self.pairs[pair][side])


Pulse = collections.namedtuple("Pulse", "time pair amplitude width interphase recharge waveform period line")


def read_record(path):
    """The record's lines, each with its number; a last line that was cut off by a kill is left out."""
    with open(path, encoding="utf-8") as text:
        lines = text.read().split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        if line.strip():
            yield number, json.loads(line)


class Recorder:
    """Goes through a record once, pulse by pulse, and keeps extremes and breaches."""

    def __init__(self, limits):
        self.limits = limits
        self.breaches = []
        self.extremes = collections.defaultdict(float)
        self.pulses = []
        self.segments = []                  # accepted: (first, period, pulses, amplitude, width, pair)
        self.is_off = True                  # nothing accepted since the last stop
        self.leads = collections.defaultdict(dict)
        self.sums = [collections.defaultdict(float) for _ in limits.windows]
        self.oldest = [0 for _ in limits.windows]
        self.net = collections.defaultdict(float)
        self.oldest_net = 0
        self.on = [collections.defaultdict(float) for _ in limits.windows]

    def breach(self, what, line, found, allowed):
        self.breaches.append({"what": what, "line": line, "found": found, "allowed": allowed})

    def above(self, what, line, found, allowed):
        """`found` may be at most `allowed`."""
        self.extremes[what] = max(self.extremes[what], found)
        if not found <= allowed * (1 + SMALL):
            self.breach(what, line, found, allowed)

    def within(self, what, line, found, bounds):
        self.above(what, line, found, bounds[1])
        if not found >= bounds[0] * (1 - SMALL):
            self.breach(what, line, found, bounds[0])

    def read(self, events, asked=True):
        for line, event in events:
            kind = event["event"]
            if kind == "accepted":
                self.accept(line, event)
            elif kind == "pulse":
                self.pulse(line, event, asked)
            elif kind in ("stopped", "lease-ended", "boot"):
                self.is_off = True
                self.segments.clear()
                for lead in self.leads.values():
                    lead["amplitude"] = 0.0

    def accept(self, line, event):
        self.is_off = False
        period = event["period_us"] * 1e-6
        self.segments.append((event["first_pulse_us"], event["period_us"], event["pulses"], event))
        del self.segments[:-32]
        if event["pulses"] > 1 and not period * self.limits.frequency[0] <= 1 + SMALL:
            self.breach("frequency_low", line, 1 / period, self.limits.frequency[0])

    def asked_for(self, event):
        """The accepted segment that has this very pulse."""
        for first, period, pulses, segment in reversed(self.segments):
            offset = event["at_us"] - first
            if any(event[key] != segment[key] for key in ("pair", "amplitude_na", "width_us")):
                continue
            if 0 <= offset < pulses * period and offset % period == 0:
                return segment
        return None

    def pulse(self, line, event, asked):
        segment = self.asked_for(event)
        if asked and self.is_off:
            self.breach("output_after_off", line, event["at_us"] * 1e-6, 0)
        elif asked and segment is None:
            self.breach("pulse_not_asked_for", line, event["at_us"] * 1e-6, 0)
        if not 0 <= event["pair"] < len(self.limits.pairs):
            return self.breach("pair", line, event["pair"], len(self.limits.pairs) - 1)
        width = event["width_us"] * 1e-6
        amplitude = event["amplitude_na"] * 1e-9
        recharge = event.get("recharge_fc")
        pulse = Pulse(
            event["at_us"] * 1e-6, event["pair"], amplitude, width, event.get("interphase_us", 0) * 1e-6,
            amplitude * width if recharge is None else recharge * 1e-15, event.get("waveform"),
            self.period(segment or event, event["at_us"] * 1e-6), line)
        self.shape(pulse)
        self.history(pulse)
        self.pulses.append(pulse)
        self.doses(pulse)

    def period(self, stated, time):
        """The stated period, or what passed since the pulse before when that is no pause."""
        if "period_us" in stated:
            return stated["period_us"] * 1e-6
        apart = time - self.pulses[-1].time if self.pulses else math.inf
        return apart if 0 < apart <= LEASE else 0.0

    def shape(self, pulse):
        limits, line = self.limits, pulse.line
        charge = pulse.amplitude * pulse.width
        self.within("pulse_width_s", line, pulse.width, limits.width)
        self.within("interphase_s", line, pulse.interphase, limits.interphase)
        self.above("charge_per_phase_c", line, charge, limits.charge)
        self.above("imbalance", line, abs(charge - pulse.recharge) / charge if charge > 0 else 0.0, limits.imbalance)
        if pulse.waveform is not None and pulse.waveform not in limits.waveforms:
            self.breach("waveform", line, pulse.waveform, limits.waveforms)
        for contact, sharing in limits.contacts(pulse.pair):
            self.contact(pulse, contact, sharing, charge / sharing)

    def contact(self, pulse, contact, sharing, charge):
        limits, line, kind = self.limits, pulse.line, self.limits.kinds[contact]
        if contact not in limits.may_stimulate:
            self.breach("contact", line, contact, sorted(limits.may_stimulate))
        if kind == "micro":
            return self.micro(line, contact, charge)
        found = charge / limits.areas[contact]
        self.extremes[f"charge_density_c_per_m2 {contact}"] = max(
            self.extremes[f"charge_density_c_per_m2 {contact}"], found)
        self.above("charge_density_c_per_m2", line, found, limits.density)
        if kind == "return-case":
            return None
        self.within("amplitude_a", line, pulse.amplitude / sharing, limits.amplitude)
        injection = limits.electrodes[contact].get("charge_injection_limit")
        if injection is not None:
            self.above("charge_injection_c_per_m2", line, found, density(injection))
        if limits.shannon is not None and charge > 0:
            # k = log10(Q in uC) + log10(D in uC/cm2); 1 C/m2 is 100 uC/cm2.
            k = math.log10(charge * 1e6) + math.log10(found * 100)
            self.extremes["shannon_k"] = max(k, self.extremes.get("shannon_k", -math.inf))
            if not k <= limits.shannon + SMALL:
                self.breach("shannon_k", line, k, limits.shannon)
        return None

    def micro(self, line, contact, charge):
        allowed = self.limits.electrodes[contact].get("charge_per_phase", "2 nC")
        self.above("micro_charge_c", line, charge, min(quantity(allowed, "C"), 20e-9))

    def history(self, pulse):
        """Frequency, gap, overlap and ramp, lead by lead."""
        limits, lead = self.limits, self.leads[self.limits.pairs[pulse.pair]["lead"]]
        length = 2 * pulse.width + pulse.interphase
        last = lead.get("pulse")
        present, since = lead.get("amplitude", 0.0), lead.get("since", 0.0)
        if last is not None:
            apart = pulse.time - last.time
            if apart <= 0:
                if pulse.pair == last.pair or apart < 0:
                    self.breach("order", pulse.line, pulse.time, last.time)
                self.above("total_amplitude_a", pulse.line, pulse.amplitude + last.amplitude, limits.total)
            else:
                self.above("frequency_hz", pulse.line, 1 / apart, limits.frequency[1])
                self.least("gap_s", pulse.line, apart - lead["length"], limits.gap)
            if apart > max(LEASE, 2 * last.period):
                present, since = 0.0, last.time
        self.above("total_amplitude_a", pulse.line, pulse.amplitude, limits.total)
        self.trains(pulse, last, lead)
        if pulse.amplitude != present:
            self.step(pulse, present, min(pulse.time - since, LONGEST_HOLD))
            lead["since"] = pulse.time
        elif present == 0.0:
            lead["since"] = since
        lead.update(pulse=pulse, amplitude=pulse.amplitude, length=length)
        self.quarter_second(pulse, lead)

    def least(self, what, line, found, allowed):
        self.extremes[what] = min(found, self.extremes.get(what, math.inf))
        # Times are whole microseconds: half of one is no breach.
        if not found >= allowed - 5e-7:
            self.breach(what, line, found, allowed)

    def step(self, pulse, present, elapsed):
        change = pulse.amplitude - present
        name, rate = ("up", self.limits.ramp[0]) if change > 0 else ("down", self.limits.ramp[1])
        self.above("step_a", pulse.line, abs(change), self.limits.step)
        self.above(f"ramp_{name}_a_per_s", pulse.line, abs(change) / elapsed if elapsed > 0 else math.inf, rate)

    def quarter_second(self, pulse, lead):
        """The second time base: over any 250 ms no more than the rate allows in them, and one step."""
        recent = lead.setdefault("recent", collections.deque())
        while recent and pulse.time - recent[0][0] > 0.25:
            recent.popleft()
        for time, amplitude in recent:
            change = pulse.amplitude - amplitude
            rate = self.limits.ramp[0] if change > 0 else self.limits.ramp[1]
            allowed = rate * 0.25 + self.limits.step
            self.above("change_in_250_ms_a", pulse.line, abs(change), allowed)
        recent.append((pulse.time, pulse.amplitude))

    def trains(self, pulse, last, lead):
        pause = math.inf if last is None else pulse.time - last.time
        goes_on = last is not None and pause <= 2 * max(last.period, pulse.period)
        if not goes_on:
            if last is not None and self.limits.train_gap is not None:
                self.least("train_gap_s", pulse.line, pause - lead["length"], self.limits.train_gap)
            lead["train"] = pulse.time
        if self.limits.train is not None:
            length = pulse.time + 2 * pulse.width + pulse.interphase - lead["train"]
            self.above("train_s", pulse.line, length, self.limits.train)

    def doses(self, pulse):
        """Exact sliding windows: a pulse is in a window until the window's length has passed since its start."""
        for index, (length, charge, duty) in enumerate(self.limits.windows):
            self.leave(index, pulse.time - length)
            self.take(index, pulse, 1)
            for contact, _ in self.limits.contacts(pulse.pair):
                self.above(f"dose_c {length:g} s", pulse.line, self.sums[index][contact], charge)
                self.above(f"duty {length:g} s", pulse.line, self.on[index][contact] / length, duty)
        limit, window = self.limits.net
        while self.pulses[self.oldest_net].time <= pulse.time - window:
            self.add_net(self.pulses[self.oldest_net], -1)
            self.oldest_net += 1
        self.add_net(pulse, 1)
        for contact, _ in self.limits.contacts(pulse.pair):
            self.above("net_current_a", pulse.line, abs(self.net[contact]) / window, limit)

    def leave(self, index, before):
        while self.pulses[self.oldest[index]].time <= before:
            self.take(index, self.pulses[self.oldest[index]], -1)
            self.oldest[index] += 1

    def take(self, index, pulse, sign):
        on = pulse.period if self.limits.windows[index][2] < 1 else 2 * pulse.width + pulse.interphase
        for contact, sharing in self.limits.contacts(pulse.pair):
            self.sums[index][contact] += sign * pulse.amplitude * pulse.width / sharing
            self.on[index][contact] += sign * on

    def add_net(self, pulse, sign):
        for contact, sharing in self.limits.contacts(pulse.pair):
            self.net[contact] += sign * (pulse.amplitude * pulse.width - pulse.recharge) / sharing

    def result(self):
        return {
            "pulses": len(self.pulses), "charge_c": sum(pulse.amplitude * pulse.width for pulse in self.pulses),
            "extremes": dict(sorted(self.extremes.items())), "breaches": self.breaches}


def find(folder):
    files = sorted(folder.glob("*.limits.yaml"))
    if len(files) != 1:
        raise FileNotFoundError(f"{folder} has {len(files)} limits files")
    return files[0], folder / "stimulator.jsonl"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limits", type=pathlib.Path, help="the limits file; default: the one in the session's folder")
    parser.add_argument("--pulses-only", action="store_true", help="the record has nothing that asks for its pulses")
    parser.add_argument("record", type=pathlib.Path)
    words = parser.parse_args()
    try:
        limits, record = words.limits, words.record
        if limits is None and record.is_dir():
            limits, record = find(record)
        if limits is None:
            parser.error("a record alone needs --limits")
        record = record / "stimulator.jsonl" if record.is_dir() else record
        recorder = Recorder(Limits(limits))
        recorder.read(read_record(record), asked=not words.pulses_only)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        print(f"recorder.py: {type(error).__name__}: {error}", file=sys.stderr)
        return 65
    result = recorder.result()
    print(json.dumps(result, indent=2))
    return 1 if result["breaches"] else 0


if __name__ == "__main__":
    sys.exit(main())
