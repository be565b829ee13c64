"""The projection of our maps: Lambert's azimuthal equal-area, centred on Central Asia.

Areas are true everywhere, and directions from the centre are; from Minsk to Vladivostok and from the Arctic to Goa shapes
stay close to what a globe shows, which no cylindrical projection does at these latitudes. Formulas: J. P. Snyder, Map
Projections: A Working Manual, USGS Professional Paper 1395 (1987), pages 185–187, on a sphere of the Earth's area.
"""

import math
from dataclasses import dataclass

# Kilometres: the sphere with the Earth's surface.
EARTH_RADIUS = 6371.0072


@dataclass(frozen=True, slots=True)
class EqualArea:
    """Lambert's azimuthal equal-area projection around a centre given in degrees."""

    longitude: float
    latitude: float

    def forward(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Kilometres to the east and to the south of the centre, as SVG counts.

        The point opposite the centre is a whole circle on such a map: it is given as the circle's lowest point.
        """
        away, there, here = (math.radians(angle) for angle in (longitude - self.longitude, latitude, self.latitude))
        cosine = math.sin(here) * math.sin(there) + math.cos(here) * math.cos(there) * math.cos(away)
        if cosine < -1 + 1e-12:
            return 0.0, 2 * EARTH_RADIUS
        scale = EARTH_RADIUS * math.sqrt(2 / (1 + cosine))
        east = math.cos(there) * math.sin(away)
        north = math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(away)
        return scale * east, -scale * north

    def inverse(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude, in degrees, of a point of the map. Raises ValueError for one outside the map's circle."""
        distance = math.hypot(x, y)
        if distance > 2 * EARTH_RADIUS:
            raise ValueError(f"{distance:.0f} km from the centre: the map ends at {2 * EARTH_RADIUS:.0f}")
        if distance == 0:
            return self.longitude, self.latitude
        angle, here = 2 * math.asin(distance / (2 * EARTH_RADIUS)), math.radians(self.latitude)
        sine = math.cos(angle) * math.sin(here) - y / distance * math.sin(angle) * math.cos(here)
        away = math.atan2(
            x * math.sin(angle), distance * math.cos(here) * math.cos(angle) + y * math.sin(here) * math.sin(angle)
        )
        longitude = (self.longitude + math.degrees(away) + 180) % 360 - 180
        return longitude, math.degrees(math.asin(max(-1.0, min(1.0, sine))))


# Between Almaty and Urumqi: the mean of where events were held, by halves and wholes of ten degrees.
PROJECTION = EqualArea(longitude=80, latitude=42)
