"""Compares exports of one session with its journal, through the readers of each field.

    exports.py SESSION FOLDER

FOLDER holds npy, edf, bdf, xdf, brainvision, bids and csv, as `ansa session export --to …` made them from SESSION,
whose one block stream is float32. The journal is read here from its description, not by Ansa.
"""
import hashlib
import json
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")


def journal(folder: Path):
    """Samples (instants x channels) and the number of decisions of a session of float32 blocks."""
    data = (folder / "journal.ansa").read_bytes()
    at, blocks, decisions = 16, [], 0
    while at + 20 <= len(data):
        length, kind = struct.unpack_from("<IB", data, at)
        payload = data[at + 16: at + 16 + length]
        if len(payload) < length:
            break
        if kind == 3:
            blocks.append(np.frombuffer(payload[32:], "<f4"))
        decisions += kind == 7
        at += 20 + length
    return np.concatenate(blocks), decisions


def check(what: str, is_true) -> None:
    if not is_true:
        sys.exit(f"exports.py: {what}")


def main() -> None:
    session, folder = Path(sys.argv[1]), Path(sys.argv[2])
    flat, decisions = journal(session)
    array = np.load(folder / "npy/s.npy")
    side = json.loads((folder / "npy/s.json").read_text())
    channels, rate = len(side["channels"]), side["rate_hz"]
    signal = flat.reshape(-1, channels).astype("<f8")
    check("npy samples", np.array_equal(array, signal))
    check("npy decisions", np.load(folder / "npy/s_decisions.npy")[:, 3].sum() <= decisions)
    events = [event for event in side["events"] if not event["text"].startswith("spike")]
    check("events", len(events) > 3 and any(event["text"].startswith("pulses") for event in events))

    import edfio
    import mne
    import pyedflib
    mne.set_log_level("ERROR")
    for kind, bits in (("edf", 16), ("bdf", 24)):
        path = str(folder / kind / f"s.{kind}")
        one = pyedflib.EdfReader(path)
        other = (edfio.read_edf if kind == "edf" else edfio.read_bdf)(path)
        digital = [one.readSignal(i, digital=True).astype("<i4") for i in range(one.signals_in_file)]
        same = [s.digital.astype("<i4") for s in other.signals]
        check(f"{kind} counts", hashlib.sha256(b"".join(d.tobytes() for d in digital)).digest()
              == hashlib.sha256(b"".join(d.tobytes() for d in same)).digest())
        for i in range(channels):
            low, high = one.getPhysicalMinimum(i), one.getPhysicalMaximum(i)
            step = (high - low) / (2 ** bits - 1)
            check(f"{kind} channel {i}", np.abs(one.readSignal(i) - signal[:, i]).max() <= step * 0.5001)
            check(f"{kind} rate", one.getSampleFrequency(i) == rate)
        onsets, durations, texts = one.readAnnotations()
        check(f"{kind} events", list(texts) == [event["text"] for event in events])
        # pyedflib keeps 100 ns.
        check(f"{kind} onsets", np.abs(np.array(onsets) - [event["onset_s"] for event in events]).max() < 2e-7)
        check(f"{kind} edfio events", len(other.annotations) == len(events))
        reader = mne.io.read_raw_edf if kind == "edf" else mne.io.read_raw_bdf
        check(f"{kind} mne", reader(path).n_times == len(signal))

    import pyxdf
    for options in (dict(synchronize_clocks=False, dejitter_timestamps=False), {}):
        streams = {s["info"]["name"][0]: s for s in pyxdf.load_xdf(str(folder / "xdf/s.xdf"), **options)[0]}
        check("xdf samples", np.array_equal(streams["signal"]["time_series"], signal))
        stamps = streams["signal"]["time_stamps"]
        check("xdf stamps", np.abs(stamps - np.arange(len(signal)) / rate).max() < 1e-9)
        check("xdf events", len(streams["signal events"]["time_series"]) == len(side["events"]))
        check("xdf decisions", len(streams["decisions"]["time_series"]) > 0)

    import brainvision
    import neo
    for path in (folder / "brainvision/s.vhdr", folder / "bids/sub-01/ieeg/sub-01_task-closedloop_ieeg.vhdr"):
        raw = mne.io.read_raw_brainvision(str(path), preload=True)
        check("BrainVision mne", np.abs(raw.get_data().T * 1e6 - signal).max() < 1e-9)
        analog = neo.io.BrainVisionIO(str(path)).read()[0].segments[0].analogsignals[0]
        check("BrainVision neo", np.abs(np.asarray(analog.rescale("uV").magnitude) - signal).max() < 1e-3)
        text = [m for m in raw.annotations.description if m.startswith("Comment/")]
        wanted = side["events"] if "bids" in str(path) else events
        check("BrainVision markers", len(text) == len(wanted))
    check("brainvision", brainvision.read(str(folder / "brainvision/s.vhdr")) is not None)

    from brainflow.data_filter import DataFilter
    table = DataFilter.read_file(str(folder / "csv/s.csv"))
    check("csv samples", np.abs(table[1:channels + 1].T - signal).max() <= 5.1e-7)
    check("csv time", np.abs(np.diff(table[30]) - 1 / rate).max() < 2e-6)

    validator = Path(sys.executable).parent / "bids-validator-deno"
    result = subprocess.run([str(validator), str(folder / "bids"), "--json"], capture_output=True, text=True)
    check(f"bids-validator: {result.stdout[:600]}", result.returncode == 0)
    print("equal")


main()
