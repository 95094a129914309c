#!/usr/bin/env python3
"""Writes the truth that the simulator is held to, computed without any of its code.

    generate.py BORDERS.geo.json ../../../examples/border-sortie.yaml ...

For each sortie NAME.yaml it writes testdata/NAME.json (positions, attitude, lines of sight, footprints) and
NAME.truth.json beside the sortie (crossings of the border, stretches in which the ground of a state was
looked at). Geodesics are GeographicLib's (Debian python3-geographiclib), Earth-centred coordinates PROJ's
(python3-pyproj), containment shapely's (python3-shapely), rotations plain matrices. BORDERS.geo.json is that of
npm @osm_borders/maritime_10m 1.1.0, (c) OpenStreetMap contributors, ODbL 1.0; edges straight in longitude and
latitude. The result is deterministic.
"""
import hashlib
import json
import math
import os
import re
import sys
from datetime import datetime, timedelta, timezone

import numpy as np
import pyproj
import yaml
from geographiclib.geodesic import Geodesic
from shapely.geometry import Point, Polygon, shape
from shapely.prepared import prep

G = Geodesic.WGS84
ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
SIZE = {"m": 1, "km": 1000, "NM": 1852, "ft": 0.3048, "m/s": 1, "kt": 1852 / 3600, "km/h": 1 / 3.6, "deg": 1, "Hz": 1, "": 1}


def quantity(text):
    value, _, unit = str(text).partition(" ")
    return float(value) * SIZE[unit]


def height(text, geoid):
    value, datum = text.rsplit(" ", 1)
    return quantity(value) + {"HAE": 0, "MSL": geoid}[datum]


def seconds(text):
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", str(text))
    assert "".join(a + b for a, b in parts) == str(text), text
    return sum(float(a) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[b] for a, b in parts)


def wrap180(a):
    return (a + 180) % 360 - 180


def direct(lat, lon, azi, s):
    r = G.Direct(lat, lon, azi, s)
    return r["lat2"], r["lon2"], r["azi2"]


def inverse(p, q):
    r = G.Inverse(p[0], p[1], q[0], q[1])
    return r["s12"], r["azi1"], r["azi2"]


def bisect(f, a, b):
    fa = f(a)
    for _ in range(100):
        m = (a + b) / 2
        fm = f(m)
        if (fm > 0) == (fa > 0):
            a = m
        else:
            b = m
    return (a + b) / 2


class Route:
    """Legs are geodesics at constant ground speed; turns and orbits geodesic circles at constant angular rate."""

    def __init__(self, doc, geoid):
        self.bank = quantity(doc.get("bank", "20 deg"))
        self.way = []
        for w in doc["route"]:
            before = self.way[-1] if self.way else None
            self.way.append({
                "at": (w["lat"], w["lon"]),
                "h": height(w["altitude"], geoid) if "altitude" in w else before["h"],
                "v": quantity(w["speed"]) if "speed" in w else before["v"],
                "bank": quantity(w["bank"]) if "bank" in w else self.bank,
                "orbit": w.get("orbit"),
            })
        self.pieces = []
        self.now, self.here, self.h = 0.0, self.way[0]["at"], self.way[0]["h"]
        for i in range(1, len(self.way)):
            self.fly(i)

    def sign(self, i):
        return -1 if self.way[i]["orbit"].get("direction", "right") == "left" else 1

    def aim(self, i, p):
        w = self.way[i]
        if not w["orbit"]:
            return w["at"]
        r, s = quantity(w["orbit"]["radius"]), self.sign(i)
        d, out, _ = inverse(w["at"], p)

        def miss(beta):
            lat, lon, azi = direct(*w["at"], beta, r)
            return wrap180(inverse(p, (lat, lon))[2] - azi - s * 90)
        guess = out + s * math.degrees(math.acos(r / d))
        beta = bisect(miss, guess - 3, guess + 3)
        return direct(*w["at"], beta, r)[:2]

    def leave(self, i, centre, azi, r, s, least):
        def miss(sweep):
            lat, lon, out = direct(*centre, azi + sweep, r)
            onward = inverse((lat, lon), self.aim(i, (lat, lon)))[1]
            return wrap180(onward - out - s * 90)
        left = miss(least)
        guess = least + left if left * s >= 0 else least + left + 360 * s
        for _ in range(3):  # near enough for a bracket
            guess += miss(guess)
        return bisect(miss, guess - 1, guess + 1)

    def leg(self, azi, length, v, h):
        end = self.now + length / v
        self.pieces.append(dict(kind="leg", a=self.now, b=end, at=self.here, azi=azi, v=v, h0=self.h, h1=h, bank=0))
        lat, lon, _ = direct(*self.here, azi, length)
        self.now, self.here, self.h = end, (lat, lon), h

    def arc(self, centre, azi, r, v, sweep, bank):
        end = self.now + math.radians(abs(sweep)) * r / v
        self.pieces.append(dict(kind="arc", a=self.now, b=end, at=centre, azi=azi, r=r, v=v, sweep=sweep,
                                h0=self.h, h1=self.h, bank=math.copysign(bank, sweep)))
        lat, lon, _ = direct(*centre, azi + sweep, r)
        self.now, self.here = end, (lat, lon)

    def fly(self, i):
        w, v = self.way[i], self.way[i - 1]["v"]
        aim = self.aim(i, self.here)
        length, azi, arrival = inverse(self.here, aim)
        last = i == len(self.way) - 1
        if w["orbit"]:
            self.leg(azi, length, v, w["h"])
            s, r = self.sign(i), quantity(w["orbit"]["radius"])
            _, out, _ = inverse(w["at"], self.here)
            sweep = s * 360 * w["orbit"]["turns"]
            if not last:
                sweep = self.leave(i + 1, w["at"], out, r, s, sweep)
            bank = math.degrees(math.atan(w["v"] ** 2 / (9.80665 * r)))
            self.arc(w["at"], out, r, w["v"], sweep, bank)
            return
        if last:
            self.leg(azi, length, v, w["h"])
            return
        turn = wrap180(inverse(w["at"], self.aim(i + 1, w["at"]))[1] - arrival)
        if abs(turn) < 0.01:
            self.leg(azi, length, v, w["h"])
            return
        s = math.copysign(1, turn)
        r = v * v / (9.80665 * math.tan(math.radians(w["bank"])))
        self.leg(azi, length - r * math.tan(math.radians(abs(turn) / 2)), v, w["h"])
        heading = inverse(self.here, aim)[1]
        centre = direct(*self.here, heading + s * 90, r)[:2]
        out = inverse(centre, self.here)[1]
        self.arc(centre, out, r, v, self.leave(i + 1, centre, out, r, s, s * max(abs(turn) - 5, 0)), w["bank"])

    def at(self, t):
        p = next((p for p in self.pieces if t < p["b"]), self.pieces[-1])
        t = min(t, p["b"])
        share = (t - p["a"]) / (p["b"] - p["a"])
        if p["kind"] == "leg":
            lat, lon, azi = direct(*p["at"], p["azi"], p["v"] * (t - p["a"]))
        else:
            lat, lon, out = direct(*p["at"], p["azi"] + share * p["sweep"], p["r"])
            azi = out + math.copysign(90, p["sweep"])
        return dict(lat=lat, lon=lon, h=p["h0"] + share * (p["h1"] - p["h0"]), course=azi % 360, v=p["v"],
                    climb=(p["h1"] - p["h0"]) / (p["b"] - p["a"]))

    def roll(self, t):
        return sum(p["bank"] * max(0, min(p["b"], t + 5) - max(p["a"], t - 5)) for p in self.pieces) / 10


def snap(v, step):
    return math.copysign(math.floor(abs(v / step) + 0.5), v) * step


def rotation(axis, deg):
    c, s = math.cos(math.radians(deg)), math.sin(math.radians(deg))
    return np.array({"x": [[1, 0, 0], [0, c, -s], [0, s, c]], "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
                     "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]]}[axis])


def to_ned(lat, lon):
    return rotation("y", lat + 90) @ rotation("z", -lon)


def ecef(p):
    return np.array(ECEF.transform(p[1], p[0], p[2]))


def ground(eye, ray, h):
    """First point of the ray at geodetic height h: quadratic for an ellipsoid, then refined on PROJ's height."""
    a, b = 6378137.0 + h, 6356752.314245179 + h
    d = np.array([1 / a, 1 / a, 1 / b])
    o, u = eye * d, ray * d
    A, B, C = u @ u, o @ u, o @ o - 1
    disc = B * B - A * C
    if disc < 0 or B > 0:
        return None
    s = (-B - math.sqrt(disc)) / A
    for _ in range(8):
        lon, lat, z = ECEF.transform(*(eye + s * ray), direction="INVERSE")
        s += (z - h) / (ray @ (to_ned(lat, lon).T @ np.array([0, 0, 1])))
    lon, lat, z = ECEF.transform(*(eye + s * ray), direction="INVERSE")
    return (lat, lon, z, s) if abs(z - h) < 1e-4 else None


class Scene:
    def __init__(self, path):
        self.doc = yaml.safe_load(open(path))
        d = self.doc
        self.geoid = quantity(d.get("geoid", 0))
        self.floor = height(d["ground"], self.geoid)
        self.route = Route(d, self.geoid)
        self.start = datetime.strptime(d["start"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        self.end = seconds(d["duration"])
        self.wind = (quantity(d["wind"]["from"]), quantity(d["wind"]["speed"])) if "wind" in d else (0, 0)
        self.zoom = [(seconds(z["from"]), quantity(z["hfov"])) for z in d["zoom"]]
        self.looks = [(seconds(l["from"]), l) for l in d["looks"]]

    def stamp(self, t):
        return (self.start + timedelta(seconds=t)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def spot(self, p):
        return (p["lat"], p["lon"], height(p["height"], self.geoid) if "height" in p else self.floor)

    def body(self, t, c):
        """Body from NED, on the grid of items 5, 6 and 7."""
        f, w = self.wind
        north = c["v"] * math.cos(math.radians(c["course"])) + w * math.cos(math.radians(f))
        east = c["v"] * math.sin(math.radians(c["course"])) + w * math.sin(math.radians(f))
        air = math.hypot(north, east)
        hdg = snap(math.degrees(math.atan2(east, north)) % 360, 360 / 65535)
        pitch = snap(2 + math.degrees(math.atan2(c["climb"], air)) + 0.25 * math.sin(2 * math.pi * t / 17), 20 / 32767)
        roll = snap(self.route.roll(t) + 0.4 * math.sin(2 * math.pi * t / 11), 50 / 32767)
        return hdg, pitch, roll, rotation("z", hdg) @ rotation("y", pitch) @ rotation("x", roll)

    def line(self, k, t, c, eye, ned, R):
        """Unit direction, ground point chosen or None, height of the ground, whether the picture is level."""
        start, l = self.looks[k]
        if "dwell" in l:
            p = self.spot(l["dwell"])
        elif "sweep" in l:
            a, b = self.spot(l["sweep"]["start"]), self.spot(l["sweep"]["end"])
            share = ((t - start) / seconds(l["sweep"]["period"])) % 1
            share = 2 * share if share < 0.5 else 2 - 2 * share
            s, azi, _ = inverse(a, b)
            p = (*direct(a[0], a[1], azi, share * s)[:2], a[2] + share * (b[2] - a[2]))
        elif "abeam" in l:
            side = -90 if l["abeam"]["side"] == "left" else 90
            p = (*direct(c["lat"], c["lon"], c["course"] + side, quantity(l["abeam"]["distance"]))[:2], self.floor)
        else:
            q = l.get("fixed") or l["horizon"]
            az, el = math.radians(quantity(q.get("azimuth", q.get("bearing")))), math.radians(quantity(q["elevation"]))
            u = np.array([math.cos(el) * math.cos(az), math.cos(el) * math.sin(az), -math.sin(el)])
            return (ned.T @ R @ u if "fixed" in l else ned.T @ u), None, self.floor, "fixed" not in l
        u = ecef(p) - eye
        return u / np.linalg.norm(u), p, p[2], True

    def frame(self, t):
        c = self.route.at(t)
        eye, ned = ecef((c["lat"], c["lon"], c["h"])), to_ned(c["lat"], c["lon"])
        hdg, pitch, roll, R = self.body(t, c)
        k = max(i for i, (s, _) in enumerate(self.looks) if s <= t)
        u, p, h, level = self.line(k, t, c, eye, ned, R)
        slew = seconds(self.looks[k][1].get("slew", "4s"))
        if k > 0 and t - self.looks[k][0] < slew:
            u0, _, h0, _ = self.line(k - 1, t, c, eye, ned, R)
            share = (t - self.looks[k][0]) / slew
            share = share * share * (3 - 2 * share)
            angle = math.acos(max(-1, min(1, u0 @ u)))
            u = u0 * math.sin((1 - share) * angle) + u * math.sin(share * angle)
            u, p, h, level = u / np.linalg.norm(u), None, h0 + share * (h - h0), True
        wide = max((z for z in self.zoom if z[0] <= t), key=lambda z: z[0])[1]
        tall = 2 * math.degrees(math.atan(0.75 * math.tan(math.radians(wide / 2))))
        wide, tall = snap(wide, 180 / 65535), snap(tall, 180 / 65535)
        b = R.T @ ned @ u
        az, el = math.degrees(math.atan2(b[1], b[0])), math.degrees(math.asin(-b[2]))
        C = ned.T @ R @ rotation("z", az) @ rotation("y", el)
        rot = 0.0
        if level:  # turn about the line of sight until the picture's right has no down part
            down = ned[2]
            rot = math.degrees(math.atan2(-(C[:, 1] @ down), C[:, 2] @ down))
            C = C @ rotation("x", rot)
        centre = None
        if p:
            centre = (p[0], p[1], p[2], float(np.linalg.norm(ecef(p) - eye)))
        else:
            centre = ground(eye, C[:, 0], h)
        floor = centre[2] if centre else h
        x, y = math.tan(math.radians(wide / 2)), math.tan(math.radians(tall / 2))
        corners = []
        for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            ray = C @ np.array([1, i * x, j * y])
            g = ground(eye, ray / np.linalg.norm(ray), floor)
            corners.append(g[:2] if g else None)
        return dict(t=t, lat=c["lat"], lon=c["lon"], height=c["h"], course=c["course"], heading=hdg, pitch=pitch, roll=roll,
                    azimuth=az % 360, elevation=el, rotation=rot % 360, hfov=wide, vfov=tall,
                    centre=centre[:3] if centre else None, slant=centre[3] if centre else None, corners=corners)


def states(path):
    raw = open(path, "rb").read()
    found = {}
    for f in json.loads(raw)["features"]:
        if f["properties"]["isoA3"] in ("MEX", "USA"):
            found[f["properties"]["isoA3"]] = shape(f["geometry"]["geometries"][0])
    return found, hashlib.sha256(raw).hexdigest()


def changes(f, end, step):
    """Intervals of t in [0, end] in which f is true, to a tenth of a millisecond."""
    out, t, was = [], 0.0, f(0.0)
    if was:
        out.append([0.0, end])
    while t < end:
        u = min(t + step, end)
        now = f(u)
        if now != was:
            a, b = t, u
            while b - a > 1e-4:
                m = (a + b) / 2
                if f(m) == was:
                    a = m
                else:
                    b = m
            if now:
                out.append([b, end])
            else:
                out[-1][1] = b
        t, was = u, now
    return out


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    polygons, digest = states(sys.argv[1])
    mex, border = prep(polygons["MEX"]), polygons["MEX"].boundary
    for path in sys.argv[2:]:
        sc = Scene(path)
        name = os.path.basename(path)[:-len(".yaml")]
        n = 240
        times = sorted({round(sc.end * i / n, 3) for i in range(n + 1)} | {round(s + 1.5, 3) for s, _ in sc.looks if s + 1.5 < sc.end})
        rows = [sc.frame(t) for t in times]
        with open(os.path.join(here, name + ".json"), "w") as out:
            out.write('{"generator":"testdata/generate.py","geodesics":"GeographicLib","duration":%r,"frames":[\n' % sc.route.now)
            out.write(",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]}\n")

        def inside(t):
            c = sc.route.at(t)
            return mex.contains(Point(c["lon"], c["lat"]))

        def centre(t):
            c = sc.frame(t)["centre"]
            return c is not None and mex.contains(Point(c[1], c[0]))

        def touched(t):
            q = sc.frame(t)["corners"]
            if any(c is None for c in q):
                return any(c is not None and mex.contains(Point(c[1], c[0])) for c in q)
            return mex.intersects(Polygon([(c[1], c[0]) for c in q]))
        stays = changes(inside, sc.end, 5)
        silent = [[seconds(f["from"]), seconds(f["to"])] for f in sc.doc.get("faults", []) if f["kind"] == "silence"]

        def span(i):
            return {"from": sc.stamp(i[0]), "to": sc.stamp(i[1]), "from_s": round(i[0], 3), "to_s": round(i[1], 3)}

        def depth(t):
            """Geodesic distance from the platform to the nearest edge of the state, dense along the edges near it."""
            c = sc.route.at(t)
            best = math.inf
            for line in near:
                for (x0, y0), (x1, y1) in zip(line, line[1:]):
                    k = max(1, int(math.hypot((x1 - x0), (y1 - y0)) / 0.0005))
                    for j in range(k + 1):
                        best = min(best, G.Inverse(c["lat"], c["lon"], y0 + (y1 - y0) * j / k, x0 + (x1 - x0) * j / k, Geodesic.DISTANCE)["s12"])
            return best
        crossings, deepest = [], []
        for a, b in stays:
            for t, entered in ((a, True), (b, False)):
                if 0 < t < sc.end:
                    c = sc.route.at(t)
                    crossings.append({"state": "MEX", "entered": entered, "time": sc.stamp(t), "offset_s": round(t, 3),
                                      "lat": round(c["lat"], 8), "lon": round(c["lon"], 8), "height_m": round(c["h"], 2)})
            pts = [(sc.route.at(t)["lon"], sc.route.at(t)["lat"]) for t in np.arange(a, b, 20)]
            box = Polygon.from_bounds(min(p[0] for p in pts) - .7, min(p[1] for p in pts) - .7, max(p[0] for p in pts) + .7, max(p[1] for p in pts) + .7)
            cut = border.intersection(box)
            near = [list(g.coords) for g in getattr(cut, "geoms", [cut])]
            # The deepest instant, coarse in degrees first, then geodesic about it.
            coarse = max([*np.arange(a, b, 10), b], key=lambda t: border.distance(Point(sc.route.at(t)["lon"], sc.route.at(t)["lat"])))
            lo, hi = max(a, coarse - 40), min(b, coarse + 40)
            while hi - lo > 0.1:  # the depth has one maximum in so short a stretch
                third = (hi - lo) / 3
                if depth(lo + third) < depth(hi - third):
                    lo += third
                else:
                    hi -= third
            fine = max((lo + hi) / 2, a, b, key=depth)
            deepest.append({"state": "MEX", "depth_m": round(depth(fine), 1), "offset_s": round(float(fine), 1), "dwell_s": round(b - a, 3)})
        truth = {
            "sortie": os.path.basename(path), "generator": "internal/simulate/testdata/generate.py (GeographicLib, PROJ, shapely)",
            "boundary": {"source": "npm @osm_borders/maritime_10m 1.1.0, (c) OpenStreetMap contributors, ODbL 1.0", "sha256": digest},
            "start": sc.stamp(0), "end": sc.stamp(sc.end),
            "inside": [dict(state="MEX", **span(i)) for i in stays], "crossings": crossings, "entries": deepest,
            "centre_in": [dict(state="MEX", **span(i)) for i in changes(centre, sc.end, 1)],
            "footprint_in": [dict(state="MEX", **span(i)) for i in changes(touched, sc.end, 1)],
            "no_ground": [span(i) for i in changes(lambda t: sc.frame(t)["centre"] is None, sc.end, 1)],
            "silent": [span(i) for i in silent],
        }
        for key in ("centre_in", "footprint_in"):
            for e in truth[key]:
                e["outside_s"] = round(sum(max(0, min(e["to_s"], b) - max(e["from_s"], a)) for a, b in
                                           [(0, stays[0][0] if stays else sc.end)] + [(x[1], y[0]) for x, y in zip(stays, stays[1:])] +
                                           ([(stays[-1][1], sc.end)] if stays else [])), 3)
        with open(path[:-len(".yaml")] + ".truth.json", "w") as out:
            json.dump(truth, out, indent=1)
            out.write("\n")
        print(name, "%d frames," % len(rows), "%d crossings" % len(crossings))


main()
