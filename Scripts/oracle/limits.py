"""Limits files for the oracle: each as the numbers that `judge.py` reads and as the YAML that `ansa` reads.

The two come from one dictionary in base units (nA, us, fC, fC/um2, um2, mOhm, ppm), so that no reader of YAML stands
between them. Values are drawn anew for each seed, inside what the loader's cross-checks ask for.
"""

import random

# K of Q² <= K·A: the floor of 10^(k + 10), from the table of the safety reference.
SHANNON = {
    "1.50": 316_227_766_016, "1.55": 354_813_389_233, "1.60": 398_107_170_553, "1.65": 446_683_592_150,
    "1.70": 501_187_233_627, "1.75": 562_341_325_190, "1.80": 630_957_344_480, "1.85": 707_945_784_384,
}
MILLI = 1_000_000
HOUR = 3_600_000_000
LENGTHS = [1_000_000, 60_000_000, HOUR, 24 * HOUR]
CATHODIC, ANODIC = "biphasic-cathodic-first-symmetric", "biphasic-anodic-first-symmetric"
ASYMMETRIC, PASSIVE = "biphasic-cathodic-first-asymmetric", "passive-recharge"


def electrode(kind, material="PtIr", injection=500, impedance=True, water=None, micro=None, evidence=False):
    bounds = (300_000, 3_000_000, 12 * HOUR, 300_000) if impedance else None
    if kind == "return-case":
        injection, bounds = None, None
    return {"kind": kind, "material": material, "injection": injection, "impedance": bounds, "water": water,
            "micro": micro, "evidence": evidence}


def common(rng):
    return {
        "purpose": "closed-loop", "consents": True, "consents_closed": True, "amplitude": (0, 3_500_000),
        "total_amplitude": 5 * MILLI, "width": (30, 110), "interphase": (0, 100), "frequency": (2, 185),
        "period": (5_406, 500_000), "min_inter_pulse": 5_000, "charge_per_phase": 400_000_000, "charge_density": 300,
        "k": "1.75", "imbalance": 4_000, "net": rng.choice([1, 5, 25, 100]), "waveforms": [CATHODIC],
        "soft_amplitude": 2_800_000, "soft_density": 220, "soft_k": "1.50",
        "ramp_up": 10 * MILLI, "ramp_down": 10 * MILLI, "max_step": 200_000, "min_hold": 0,
        "max_changes": 200, "change_window": 60_000_000, "class": "fast", "mode": "continuous", "intermittent": False,
        "charges": [20_000_000_000, 1_200_000_000_000, 75_000_000_000_000, 1_750_000_000_000_000],
        "duties": [None] * 4, "train": None, "max_sample_age": 20_000, "max_gap": 2_000, "min_valid_channels": 2,
        "deadline_misses": 3, "confidence_min": 700_000, "out_of_distribution_max": 3_000_000,
        "on_expiry": "open-loop-baseline", "on_gate_violation": rng.choice(["deny", "off-latched"]),
        "baseline": (1 * MILLI, 60, 130), "patient_max": 2_500_000,
    }


def example(rng):
    """The reference's own example: one segment against the case."""
    l = common(rng)
    l["electrodes"] = {"L1": electrode("macro-segment"), "CAN": electrode("return-case", "Ti")}
    l["contacts"] = {"2a": ("L1", 1_500_000), "case": ("CAN", 2_000_000_000)}
    l["pairs"] = {"2a-case": (["2a"], ["case"], "left")}
    l["baseline"] = (2 * MILLI, 60, 130)
    return l


def bilateral(rng):
    """Two leads and shared currents against one case, narrow soft limits, a water window."""
    l = common(rng)
    said = rng.choice([None, (-500, 600)])
    l["electrodes"] = {
        "LEFT": electrode("macro-ring", injection=rng.choice([100, 500]), water=rng.choice([None, (-600, 800)])),
        "RIGHT": electrode("macro-segment", "RuOx", water=said or (-600, 600)), "CAN": electrode("return-case", "Ti"),
    }
    l["electrodes"]["RIGHT"]["water_said"] = said is not None
    l["contacts"] = {
        "l0": ("LEFT", 6_000_000), "l1": ("LEFT", 3_000_001), "l2": ("LEFT", 3_000_000), "r0": ("RIGHT", 1_500_000),
        "r1": ("RIGHT", 1_500_001), "r2": ("RIGHT", 1_400_000), "case": ("CAN", 2_000_000_000),
    }
    l["pairs"] = {
        "l0-case": (["l0"], ["case"], "left"), "l12-case": (["l1", "l2"], ["case"], "left"),
        "l0-l12": (["l0"], ["l1", "l2"], "left"), "r0-case": (["r0"], ["case"], "right"),
        "r012-case": (["r0", "r1", "r2"], ["case"], "right"),
    }
    l["amplitude"] = (rng.choice([0, 50_000]), 2_500_000)
    l["patient_max"] = 2_000_000
    l["total_amplitude"] = rng.choice([4 * MILLI, 6 * MILLI])
    l["waveforms"] = [CATHODIC, ASYMMETRIC]
    l["charge_density"] = rng.choice([250, 299, 300])
    l["k"] = rng.choice(["1.50", "1.60", "1.75"])
    l["soft_amplitude"] = rng.choice([600_000, 900_000])
    l["soft_density"] = rng.choice([40, 60])
    l["charges"][0] = rng.choice([9_000_000_000, 20_000_000_000])
    l["charges"][1] = rng.choice([540_000_000_000, 1_200_000_000_000])
    l["baseline"] = (500_000, 60, 130)
    l["patient_max"] = 600_000
    return l


def tight(rng):
    """Continuous, with a faint baseline and windows that a few strong pulses fill; expiry ramps off."""
    l = example(rng)
    l["amplitude"] = (0, 3_000_001)
    l["ramp_up"], l["ramp_down"] = rng.choice([(8 * MILLI, 12 * MILLI), (12 * MILLI, 6_500_000)])
    l["max_step"] = rng.choice([90_000, 1_000_000])
    l["max_changes"] = 4
    l["change_window"] = rng.choice([1_000_000, 1_200_000])
    l["baseline"], l["patient_max"] = (10_000, 30, 2), 10_000
    l["charges"] = [
        rng.choice([800_000_000, 3_000_000_000]), rng.choice([2_000_000_000, 9_000_000_001]),
        rng.choice([3_000_000_000, 20_000_000_000]), rng.choice([60_000_000_000, 100_000_000_000]),
    ]
    l["net"] = rng.choice([1, 3])
    l["on_expiry"] = "ramp-off"
    return l


def intermittent(rng):
    """Windows that fill, with duties, and the reserve of a ramp-off; no closed loop."""
    l = tight(rng)
    l["intermittent"] = True
    l["purpose"] = rng.choice(["open-loop", "closed-loop"])
    l["consents_closed"] = l["purpose"] == "closed-loop"
    l["duties"] = [rng.choice([None, 500_000, 900_000]), rng.choice([None, 250_000]), None, None]
    l["charges"][0] = rng.choice([2_000_000_000, 6_000_000_000])
    return l


def burst(rng):
    """Trains and episodes of a responsive device: strips and depth electrodes."""
    l = common(rng)
    l["electrodes"] = {
        "S": electrode("strip"), "D": electrode("seeg", injection=450), "CAN": electrode("return-case", "Ti"),
    }
    l["contacts"] = {
        "s1": ("S", 4_150_000), "s2": ("S", 4_150_000), "d1": ("D", 5_000_000), "case": ("CAN", 2_000_000_000),
    }
    l["pairs"] = {"s12-case": (["s1", "s2"], ["case"], "one"), "d1-case": (["d1"], ["case"], "two")}
    l["amplitude"], l["patient_max"] = (0, 6 * MILLI), 2 * MILLI
    l["ramp_up"], l["ramp_down"] = 24 * MILLI, 20 * MILLI
    l["max_step"] = 3 * MILLI
    l["total_amplitude"] = 8 * MILLI
    l["width"] = (40, 200)
    l["frequency"], l["period"] = (10, 333), (3_004, 100_000)
    l["min_inter_pulse"] = 2_000
    l["charge_per_phase"] = 1_200_000_000
    l["charge_density"] = 250
    l["charges"] = [rng.choice([60_000_000_000, 9_000_000_000]), 200_000_000_000, 900_000_000_000, 9_000_000_000_000]
    l["duties"] = [rng.choice([600_000, 1_000_000]), 400_000, 300_000, 250_000]
    l["mode"], l["on_expiry"] = "burst", "ramp-off"
    l["train"] = {
        "longest": rng.choice([200_000, 500_000]), "gap": 300_000, "per_episode": rng.choice([2, 5]),
        "episode_lockout": rng.choice([1_000_000, 5_000_000]), "per_day": rng.choice([6, 40]),
    }
    return l


def micro(rng):
    """Microelectrodes, one with evidence for 4 nC and more, one without."""
    l = common(rng)
    l["electrodes"] = {
        "M": electrode("micro", "IrOx", injection=100_000, micro=rng.choice([20_000_000, 8_000_001]), evidence=True),
        "N": electrode("micro", "IrOx", injection=50_000, micro=rng.choice([None, 3_999_999])),
        "CAN": electrode("return-case", "Ti"),
    }
    l["contacts"] = {"m1": ("M", 2_000), "m2": ("M", 2_500), "n1": ("N", 2_000), "case": ("CAN", 2_000_000_000)}
    l["pairs"] = {
        "m1-case": (["m1"], ["case"], "array"), "m12-case": (["m1", "m2"], ["case"], "array"),
        "n1-case": (["n1"], ["case"], "array"),
    }
    l["amplitude"], l["patient_max"] = (0, 200_000), 4_000
    l["total_amplitude"] = 300_000
    l["ramp_up"], l["ramp_down"], l["max_step"] = 600_000, 600_000, 150_000
    l["width"], l["charge_per_phase"] = (50, 210), 42_000_000
    l["k"], l["soft_k"], l["soft_amplitude"] = None, None, 120_000
    l["intermittent"] = True
    l["duties"] = [None, 500_000, 500_000, 500_000]
    l["charges"] = [9_000_000_000, 100_000_000_000, 1_000_000_000_000, 9_000_000_000_000]
    l["baseline"] = (4_000, 100, 20)
    l["on_expiry"] = "ramp-off"
    return l


def slow(rng):
    """Titration: slow ramps, targets that must be held."""
    l = example(rng)
    l["class"], l["ramp_up"], l["ramp_down"] = "slow", 30_000, 120_000
    l["max_step"] = rng.choice([400, 30_000])
    l["min_hold"], l["max_changes"], l["change_window"] = 2_000_000, 3, 20_000_000
    l["waveforms"] = [CATHODIC, ANODIC, PASSIVE]
    return l


def rings(rng):
    """Large rings, where Shannon's line, the material or the density end a charge before anything else does."""
    l = common(rng)
    l["electrodes"] = {
        "A": electrode("macro-ring"), "B": electrode("macro-ring", "Pt", injection=rng.choice([100, 150])),
        "CAN": electrode("return-case", "Ti"),
    }
    l["contacts"] = {
        "a1": ("A", 6_000_000), "a2": ("A", rng.choice([2_500_000, 3_513_641])), "b1": ("B", 7_000_000),
        "case": ("CAN", 2_000_000_000),
    }
    l["pairs"] = {
        "a1-case": (["a1"], ["case"], "left"), "a2-case": (["a2"], ["case"], "left"),
        "b1-case": (["b1"], ["case"], "left"), "a1-b1": (["a1"], ["b1"], "left"),
    }
    l["amplitude"], l["total_amplitude"], l["soft_amplitude"] = (0, 10 * MILLI), 12 * MILLI, 9 * MILLI
    l["ramp_up"], l["ramp_down"], l["max_step"] = 25 * MILLI, 25 * MILLI, 9 * MILLI
    l["width"], l["charge_per_phase"] = (30, 240), 2_400_000_000
    l["k"], l["soft_k"] = rng.choice([("1.50", "1.50"), ("1.55", "1.50"), ("1.75", "1.75")])
    l["soft_density"] = 300
    l["charges"] = [300_000_000_000, 6_000_000_000_000, 90_000_000_000_000, 2_000_000_000_000_000]
    return l


KINDS = [example, bilateral, tight, intermittent, burst, micro, slow, rings]


def draw(seed, index):
    kind = KINDS[index % len(KINDS)]
    rng = random.Random(f"{seed}/{index}")
    return kind.__name__, kind(rng)


def model(l):
    """What judge.py reads, for an emulated device that measures and reports everything and has a lease of 250 ms.

    It reports the electrode's voltage only where a window is known for every electrode that stimulates.
    """
    contacts = {}
    voltage = all(e["water"] or e["kind"] == "return-case" for e in l["electrodes"].values())
    for name, (on, area) in l["contacts"].items():
        e = l["electrodes"][on]
        contacts[name] = {
            "kind": e["kind"], "area": area, "stimulate": True, "injection": e["injection"],
            "impedance": e["impedance"],
            "water": e["water"] if voltage else None, "micro_charge": 2_000_000 if e["micro"] is None else e["micro"],
            "micro_evidence": e["evidence"],
        }
    leads = []
    pairs = {}
    for name, (cathodes, anodes, lead) in l["pairs"].items():
        if lead not in leads:
            leads.append(lead)
        pairs[name] = {"cathodes": cathodes, "anodes": anodes, "lead": leads.index(lead)}
    windows = [
        {"length": length, "charge": charge, "duty": 1_000_000 if duty is None else duty}
        for length, charge, duty in zip(LENGTHS, l["charges"], l["duties"])
    ]
    keys = (
        "consents consents_closed amplitude total_amplitude width interphase period min_inter_pulse charge_per_phase "
        "charge_density imbalance waveforms soft_amplitude soft_density ramp_up ramp_down max_step min_hold "
        "max_changes change_window train max_sample_age max_gap min_valid_channels deadline_misses confidence_min "
        "out_of_distribution_max on_expiry"
    )
    made = {key: l[key] for key in keys.split()}
    made.update(
        contacts=contacts, pairs=pairs, windows=windows, allows_closed=l["purpose"] != "open-loop",
        shannon=SHANNON.get(l["k"], 0), soft_shannon=SHANNON.get(l["soft_k"], 0), net_charge=l["net"] * 1_000_000,
        residual_voltage=100_000, token_timeout=100_000, lease=250_000,
        mode="intermittent" if l["intermittent"] else l["mode"])
    return made


def text(l):
    """The YAML of a limits file."""
    out = [
        "schema: ansa.limits/1", "file_id: 01M7W4N5E0T3V9Q2C8RJ6XKB4H", "revision: 1",
        'issued: "2026-01-01T00:00:00Z"', 'not_before: "2026-01-01T00:00:00Z"', 'expires: "2026-06-01T00:00:00Z"',
        f"purpose: {l['purpose']}", "setting: generated", "subject:", "  pseudonym: S-0001", "  body_site: none",
    ]
    scope = ["record"] + ["stimulate"] * l["consents"] + ["closed-loop"] * l["consents_closed"]
    out += [
        f"  consent_scope: [{', '.join(scope)}]", '  consent_expires: "2027-01-01"', "  retention: none", "device:",
        "  model: emulated", "  serials: [E-1]", '  firmware: ">=3.2,<4"', "  ceiling_amplitude: 12.7 mA",
        "  ceiling_compliance: 100 V", "electrodes:",
    ]
    for name, e in l["electrodes"].items():
        out += [f"  - id: {name}", f"    kind: {e['kind']}", f"    material: {e['material']}"]
        if e["injection"] is not None:
            out += [f"    charge_injection_limit: {e['injection'] / 10} uC/cm2", "    charge_injection_condition: none"]
        if e["impedance"]:
            low, high, age, step = e["impedance"]
            out.append(
                f"    impedance: {{min: {low // 1000} ohm, max: {high // 1000} ohm, max_age: {age // HOUR} h, "
                f"max_step: {step} ppm}}")
        if e["water"] and e.get("water_said", True):
            out.append(f"    water_window: {{cathodic: {-e['water'][0]} mV, anodic: {e['water'][1]} mV}}")
        if e["micro"] is not None:
            out.append(f"    charge_limit: {e['micro'] // 1_000}.{e['micro'] % 1_000:03} pC")
        if e["evidence"]:
            out.append("    micro_evidence: {protocol: none, tip_area: 2000 um2, material: IrOx}")
    out += ["  - id: EEG", "    kind: strip", "    material: Pt"]
    out.append("    impedance: {min: 250 ohm, max: 3.5 kohm, max_age: 12 h, max_step: 30 %}")
    out.append("contacts:")
    for name, (on, area) in l["contacts"].items():
        out.append(
            f"  - {{id: {name}, electrode: {on}, area: {area} um2, area_method: none, stimulate: true, sense: false}}")
    for name in ("e1", "e2"):
        out.append(
            f"  - {{id: {name}, electrode: EEG, area: 4 mm2, area_method: none, stimulate: false, sense: true}}")
    out.append("pairs:")
    for name, (cathodes, anodes, lead) in l["pairs"].items():
        out.append(
            f"  - {{id: {name}, lead: {lead}, cathode: [{', '.join(cathodes)}], anode: [{', '.join(anodes)}]}}")
    return "\n".join(out + bounds(l) + rules(l)) + "\n"


def bounds(l):
    out = [
        "limits:", "  hard:", f"    amplitude: {{min: {l['amplitude'][0]} nA, max: {l['amplitude'][1]} nA}}",
        f"    total_amplitude: {l['total_amplitude']} nA",
        f"    pulse_width: {{min: {l['width'][0]} us, max: {l['width'][1]} us}}",
        f"    interphase: {{min: {l['interphase'][0]} us, max: {l['interphase'][1]} us}}",
        f"    frequency: {{min: {l['frequency'][0]} Hz, max: {l['frequency'][1]} Hz}}",
        f"    min_inter_pulse: {l['min_inter_pulse']} us", f"    charge_per_phase: {l['charge_per_phase'] // 1_000} pC",
        f"    charge_density: {l['charge_density'] / 10} uC/cm2",
    ]
    if l["k"]:
        out.append(f"    shannon_k: {l['k']}")
    out += [
        f"    imbalance_per_pulse: {l['imbalance']} ppm", f"    net_current: {{max: {l['net']} nA, window: 1 s}}",
        "    residual_voltage: 100 mV", f"    waveforms: [{', '.join(l['waveforms'])}]", "  soft:",
        f"    amplitude: {{max: {l['soft_amplitude']} nA}}", f"    charge_density: {l['soft_density'] / 10} uC/cm2",
    ]
    if l["soft_k"]:
        out.append(f"    shannon_k: {l['soft_k']}")
    return out + ["    residual_voltage: 50 mV"]


def rules(l):
    amplitude, width, frequency = l["baseline"]
    count = f"{{count: {l['max_changes']}, window: {l['change_window']} us}}"
    out = [
        "rate:", f"  ramp_up: {l['ramp_up'] // 1000} uA/s", f"  ramp_down: {l['ramp_down'] // 1000} uA/s",
        f"  max_step: {l['max_step']} nA", f"  min_hold: {l['min_hold']} us", f"  max_changes: {count}",
        "  ramp_evidence: none", f"  class: {l['class']}", "dose:", f"  mode: {l['mode']}",
    ]
    if l["mode"] == "continuous":
        out.append("  on_time_continuous: 24 h")
        if l["intermittent"]:
            out.append("  intermittent: true")
    out.append("  windows:")
    for length, charge, duty in zip(LENGTHS, l["charges"], l["duties"]):
        share = "" if duty is None else f", duty: {duty} ppm"
        out.append(f"    - {{length: {length} us, charge: {charge // 1_000}.{charge % 1_000:03} pC{share}}}")
    out.append("  lockout_after_fault: 10 min")
    if l["train"]:
        t = l["train"]
        out += [
            f"  train_max: {t['longest']} us", f"  train_gap_min: {t['gap']} us",
            f"  per_episode_max: {t['per_episode']}",
            f"  lockout_after_episode: {t['episode_lockout']} us", f"  therapies_per_day: {t['per_day']}",
        ]
    out += [
        "sensing:", f"  max_sample_age: {l['max_sample_age']} us", f"  max_gap: {l['max_gap']} us",
        f"  min_valid_channels: {l['min_valid_channels']}", "  saturation: {fraction: 1 %, window: 200 ms}",
        "  flatline: 500 ms", "  blank_after_pulse: 1 ms",
        f"  deadline_misses: {{count: {l['deadline_misses']}, window: 1 s}}",
        f"  decoder_confidence_min: {l['confidence_min'] / 1e6}",
        f"  out_of_distribution_max: {l['out_of_distribution_max'] / 1e6}", "fallback:", "  on_sensor_loss: ramp-off",
        f"  on_gate_violation: {l['on_gate_violation']}", "  on_watchdog: stop", f"  on_expiry: {l['on_expiry']}",
        "  hold_max: 5 s", "  return_to_closed_loop: manual",
        f"  baseline: {{pair: {next(iter(l['pairs']))}, amplitude: {amplitude} nA, pulse_width: {width} us, "
        f"frequency: {frequency} Hz}}",
        "patient:", "  stop: always", "  resume_requires: clinician",
        f"  amplitude: {{min: {l['amplitude'][0]} nA, max: {l['patient_max']} nA}}", "  pause_max: 4 h", "approvals:",
        "  clinician: minisign:6F1C2A9B04D7E3A8", "  engineer: minisign:B3508ED2197C4F60", "  reason_for_change: none",
    ]
    return out
