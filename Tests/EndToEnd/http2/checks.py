"""What the checks share: a name, what was seen, what was expected."""
failed = 0


def check(name, seen, expected):
    global failed
    good = seen == expected
    failed += not good
    print(f"{'ok  ' if good else 'FAIL'} {name}: {seen!r}" + ("" if good else f", expected {expected!r}"), flush=True)
