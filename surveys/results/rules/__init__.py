"""How answers become figures, and which figures may be shown. Pure functions, no database."""
