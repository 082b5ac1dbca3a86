"""The tests, as a package: a dependency of the reference checks brings a package of the same name."""
