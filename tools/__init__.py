"""What installs, checks and pictures the project. Called by the Makefile; no part of the product."""
