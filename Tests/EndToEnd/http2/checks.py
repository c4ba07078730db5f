"""What the checks share: a name, what was seen, what was expected."""
failed = 0


def check(name, seen, expected):
    global failed
    good = expected(seen) if callable(expected) else seen == expected
    failed += not good
    text = "" if good or callable(expected) else f", expected {expected!r}"
    print(f"{'ok  ' if good else 'FAIL'} {name}: {seen!r}{text}", flush=True)
