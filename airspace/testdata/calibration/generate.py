#!/usr/bin/env python3
"""Simulated flights across real borders, with true crossing times, for the calibration of entry intervals.

    python3 generate.py BORDERS.geo.json flights.json.gz

BORDERS.geo.json is borders.geo.json of npm @osm_borders/maritime_10m 1.1.0. Needs Debian's python3-geographiclib and
python3-shapely; takes about two minutes; the result is the same on every run.

Nothing here is ours: geodesics are GeographicLib's, containment and intersection are GEOS's on the polygons as
published, with edges straight in longitude and latitude. A flight is one to three geodesic legs near a border, at a
ground speed that changes every few minutes and stays below MAX_SPEED. Its path is laid out every 100 m or less; at
100 m the chord in longitude and latitude is within 1 mm of the geodesic, so that GEOS finds every crossing of every
edge. Each is then refined along the geodesic by bisection on containment, to 1 mm. The flight is thinned to fixes with
random gaps, positions rounded to a micro-degree, times to a millisecond.
"""
import gzip
import hashlib
import json
import math
import random
import sys

import numpy as np
from geographiclib.geodesic import Geodesic
from shapely.affinity import translate
from shapely.geometry import LineString, MultiLineString, Point, box, shape
from shapely.prepared import prep

MAX_SPEED = 600 * 1852 / 3600  # m/s
STEP = 100.0  # m between points of the path
EARTH = Geodesic.WGS84

# Where flights are flown: name, states whose borders they start from, west, south, east, north (longitudes beyond 180
# cross the antimeridian), and how many. A flight that meets a feature outside SOVEREIGN is drawn again.
ZONES = [
    ("Rio Grande to Sonora", ["MEX", "USA"], -117.5, 25.5, -96.5, 33.0, 180),
    ("Gulf of Mexico and Pacific limits", ["MEX"], -118.5, 14.0, -86.0, 31.0, 130),
    ("Usumacinta to Honduras", ["MEX", "GTM", "BLZ", "HND", "SLV"], -93.0, 13.0, -83.0, 19.0, 130),
    ("Florida Straits", ["CUB", "USA"], -85.5, 20.5, -79.5, 26.5, 60),
    ("Western Europe", ["FRA", "BEL", "NLD", "DEU", "LUX", "GBR", "ESP"], -6.0, 42.0, 10.0, 54.0, 150),
    ("The Alps", ["CHE", "ITA", "AUT", "LIE", "FRA", "DEU", "SVN"], 5.5, 44.0, 17.0, 48.5, 150),
    ("Forty-ninth parallel", ["USA", "CAN"], -124.0, 41.5, -67.0, 50.0, 60),
    ("The North", ["NOR", "SWE", "FIN"], 10.0, 60.0, 32.0, 71.5, 50),
    ("Bering Sea", ["USA", "RUS"], 165.0, 51.0, 197.0, 69.0, 50),
    ("Fiji", ["FJI"], 176.0, -20.0, 183.0, -15.0, 40),
]
SOVEREIGN = {"MEX", "USA", "GTM", "BLZ", "HND", "SLV", "CUB", "FRA", "BEL", "NLD", "DEU", "LUX", "GBR", "ESP", "CHE",
             "ITA", "AUT", "LIE", "SVN", "CAN", "NOR", "SWE", "FIN", "RUS", "FJI", "NIC", "BHS", "PRT", "AND", "MCO",
             "SMR", "CZE", "HUN", "HRV", "IRL", "DNK", "EST", "POL"}


class Feature:
    """One feature of the source, in the longitudes of one zone: its polygon and its edges."""

    def __init__(self, iso, polygon):
        self.iso, self.polygon, self.prepared = iso, polygon, prep(polygon)
        parts = []
        for p in getattr(polygon, "geoms", [polygon]):
            for ring in [p.exterior, *p.interiors]:
                c = np.asarray(ring.coords)
                parts.append(np.hstack([c[:-1], c[1:]]))
        self.edges = np.vstack(parts)

    def near(self, bounds):
        """The edges that may lie within bounds, as one geometry."""
        w, s, e, n = bounds
        x = self.edges
        keep = ((np.minimum(x[:, 0], x[:, 2]) <= e) & (np.maximum(x[:, 0], x[:, 2]) >= w)
                & (np.minimum(x[:, 1], x[:, 3]) <= n) & (np.maximum(x[:, 1], x[:, 3]) >= s))
        return MultiLineString([((a, b), (c, d)) for a, b, c, d in x[keep]])

    def holds(self, lon, lat):
        return self.prepared.contains(Point(lon, lat))


def load(path):
    with open(path, "rb") as f:
        raw = f.read()
    features = []
    for f in json.loads(raw)["features"]:
        g = f["geometry"]
        (g,) = g["geometries"] if g["type"] == "GeometryCollection" else [g]
        features.append((f["properties"]["isoA3"], shape(g)))
    return hashlib.sha256(raw).hexdigest(), features


def in_zone(features, west, south, east, north):
    """The features about a zone, shifted by a turn where the zone goes over the antimeridian."""
    window = box(west - 12, south - 9, east + 12, north + 9)
    out = []
    for iso, g in features:
        for part in (g, translate(g, 360), translate(g, -360)):
            if not part.intersects(box(*window.bounds)):
                continue
            polygons = [p for p in getattr(part, "geoms", [part]) if p.intersects(window)]
            out.append(Feature(iso, polygons[0] if len(polygons) == 1 else shape(
                {"type": "MultiPolygon", "coordinates": [
                    [list(p.exterior.coords), *[list(r.coords) for r in p.interiors]] for p in polygons]})))
    return out


class Path:
    """Geodesic legs end to end, in longitudes near that of the start."""

    def __init__(self, lat, lon, azimuth, legs):
        self.lines, self.ends, s = [], [], 0.0
        self.lon0 = lon
        for turn, length in legs:
            azimuth += turn
            line = EARTH.Line(lat, lon, azimuth)
            self.lines.append((s, line))
            s += length
            self.ends.append(s)
            p = line.Position(length)
            lat, lon, azimuth = p["lat2"], p["lon2"], p["azi2"]
        self.length = s

    def at(self, s):
        for (s0, line), end in zip(self.lines, self.ends):
            if s <= end or end == self.length:
                p = line.Position(s - s0)
                lon = p["lon2"]
                lon += 360 * round((self.lon0 - lon) / 360)
                return lon, p["lat2"]

    def stations(self):
        out, begin = [], 0.0
        for end in self.ends:
            n = max(1, math.ceil((end - begin) / STEP))
            out += [begin + (end - begin) * i / n for i in range(n)]
            begin = end
        return out + [self.length]


def crossings(path, features):
    """Every crossing of the outline of every state: (iso, distance along the path). None to draw again."""
    stations = path.stations()
    points = np.array([path.at(s) for s in stations])
    line = LineString(points)
    out = []
    for f in features:
        if not line.intersects(box(*f.polygon.bounds)):
            continue
        found = line.intersection(f.near(line.bounds))
        marks = []
        for g in getattr(found, "geoms", [found]):
            if g.is_empty:
                continue
            for x, y in (g.coords[0], g.coords[-1]):
                marks.append(along(stations, points, x, y))
        if marks and f.iso not in SOVEREIGN:
            return None
        marks = sorted(marks)
        # Between two marks nothing crosses, so the middle tells for all of it.
        stops = [0.0, *marks, path.length]
        last = None
        for a, b in zip(stops, stops[1:]):
            if b - a < 1e-3:
                continue
            now = f.holds(*path.at((a + b) / 2))
            if now and f.iso not in SOVEREIGN:
                return None
            if last is not None and now != last:
                out.append((f.iso, refine(path, f, a, min(0.5, (b - a) / 2), now)))
            last = now
    return merge(out)


def along(stations, points, x, y):
    d = (points[:-1, 0] - x, points[:-1, 1] - y)
    e = (points[1:, 0] - points[:-1, 0], points[1:, 1] - points[:-1, 1])
    t = np.clip(-(d[0] * e[0] + d[1] * e[1]) / (e[0] ** 2 + e[1] ** 2), 0, 1)
    miss = (d[0] + t * e[0]) ** 2 + (d[1] + t * e[1]) ** 2
    k = int(np.argmin(miss))
    return stations[k] + float(t[k]) * (stations[k + 1] - stations[k])


def refine(path, feature, s, half, now):
    """Bisect about s for the change to now."""
    lo, hi = max(0, s - half), min(path.length, s + half)
    if feature.holds(*path.at(lo)) == now or feature.holds(*path.at(hi)) != now:
        return s  # two crossings within a metre: the mark itself is within a millimetre
    while hi - lo > 1e-3:
        mid = (lo + hi) / 2
        if feature.holds(*path.at(mid)) == now:
            hi = mid
        else:
            lo = mid
    return (lo + hi) / 2


def merge(found):
    """Leave out crossings of one state that cancel within 5 cm: the seam at the antimeridian, where the source parts
    its polygons."""
    out = []
    for iso, s in sorted(found, key=lambda c: (c[0], c[1])):
        if out and out[-1][0] == iso and abs(out[-1][1] - s) < 0.05:
            out.pop()
        else:
            out.append((iso, s))
    return out


class Speeds:
    """Ground speed that changes at random instants: distance flown and its inverse."""

    def __init__(self, rng, length):
        self.t, self.s, self.v = [0.0], [0.0], []
        while self.s[-1] < length:
            v = rng.uniform(60, 0.97 * MAX_SPEED)
            dt = rng.uniform(60, 600)
            self.v.append(v)
            self.t.append(self.t[-1] + dt)
            self.s.append(self.s[-1] + v * dt)
        self.duration = self.time(length)

    def time(self, s):
        k = max(0, int(np.searchsorted(self.s, s)) - 1)
        return self.t[k] + (s - self.s[k]) / self.v[k]

    def flown(self, t):
        k = max(0, int(np.searchsorted(self.t, t)) - 1)
        return self.s[k] + (t - self.t[k]) * self.v[k]


def fly(rng, features, states, west, south, east, north):
    f = rng.choice([f for f in features if f.iso in states])
    lon, lat = f.edges[rng.randrange(len(f.edges))][:2]
    if not (west <= lon <= east and south <= lat <= north):
        return None
    legs = [rng.uniform(20e3, 120e3) for _ in range(rng.choice([1, 1, 2, 3]))]
    # The first leg passes within a few kilometres of the vertex, at any angle, also nearly along the border.
    aim = EARTH.Direct(lat, lon, rng.uniform(0, 360), abs(rng.gauss(0, 3e3)))
    azimuth = rng.uniform(0, 360)
    start = EARTH.Direct(aim["lat2"], aim["lon2"], azimuth + 180, rng.uniform(0.1, 0.9) * legs[0])
    lon0 = start["lon2"]
    lon0 += 360 * round((lon - lon0) / 360)
    back = EARTH.Inverse(start["lat2"], lon0, aim["lat2"], aim["lon2"])["azi1"]
    path = Path(start["lat2"], lon0, back, [(0 if i == 0 else rng.uniform(-150, 150), d) for i, d in enumerate(legs)])
    found = crossings(path, features)
    if not found:
        return None
    speeds = Speeds(rng, path.length)
    fixes, t = [], 0.0
    last = math.floor(speeds.duration * 1000)
    while not fixes or fixes[-1][0] < last:
        ms = min(math.ceil(t * 1000), last)
        x, y = path.at(speeds.flown(ms / 1000))
        fixes.append([ms, round(y * 1e6), round(((x + 180) % 360 - 180) * 1e6)])
        t = ms / 1000 + math.exp(rng.uniform(math.log(4), math.log(900)))
    # What is crossed in the last millisecond is after the last fix.
    found = [(iso, s) for iso, s in found if speeds.time(s) * 1000 < last]
    if not found:
        return None
    truth = sorted([round(speeds.time(s) * 1000, 1), iso] for iso, s in found)
    return {"fixes": fixes, "crossings": [[iso, ms] for ms, iso in truth]}


def main():
    source, target = sys.argv[1:]
    digest, features = load(source)
    rng = random.Random(20250205)
    flights = []
    for name, states, west, south, east, north, n in ZONES:
        near = in_zone(features, west, south, east, north)
        done = 0
        while done < n:
            flight = fly(rng, near, states, west, south, east, north)
            if flight is None or len(flight["fixes"]) < 3:
                continue
            flights.append({"zone": name, **flight})
            done += 1
        print(name, done, file=sys.stderr)
    document = {"borders_sha256": digest, "max_speed_m_s": MAX_SPEED, "resolution_ms": 1, "flights": flights}
    text = json.dumps(document, separators=(",", ":")).encode()
    with open(target, "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write(text)


if __name__ == "__main__":
    main()
