"""Several things at once."""
import threading


def at_once(acts):
    """Runs each on a thread of its own; their results in order, or the first failure when all have ended."""
    results = [None] * len(acts)
    failures = []

    def work(place, act):
        try:
            results[place] = act()
        except Exception as e:  # told to who waits
            failures.append(e)

    threads = [threading.Thread(target=work, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
