from tests.devtools.launching import demo_home, launch, sleeper

__all__ = ["demo_home", "launch", "sleeper"]
