package properties

import "lockheld/sched"

// checkWake is L-WAKE: a request to wake the scavenger stays until the
// scavenger, which was parked, has been made to run.
func checkWake(s *state) string {
	if withTimers(s) && s.h.ScavengeLock().Held() {
		return "" // it is being woken, which takes several steps with a timer
	}
	c := &s.counts
	was, wasParked := c.wake, c.parked
	c.wake, c.parked = s.h.SysmonWake(), s.h.ScavengerParked()
	if was && !c.wake && !wasParked {
		return "the request to wake the scavenger is gone and the scavenger was not parked"
	}
	if was && !c.wake && c.parked {
		return "the request to wake the scavenger is gone and the scavenger is still parked"
	}
	return ""
}

// readsWake is the request, and the lock under which the scavenger parks and is
// made to run, and under which the request is taken back.
func readsWake(s *state) []sched.ObjID {
	return []sched.ObjID{s.h.Objects().SysmonWake, s.h.ScavengeLock().Sched().ID()}
}
