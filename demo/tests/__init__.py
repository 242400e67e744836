"""Tests of the demo business; they need neither the database nor the platform."""
