package properties

import (
	"fmt"

	"lockheld/sched"
)

// checkNoContend is P-STW-NOCONTEND: who has stopped the world never waits for
// the heap lock, since nobody else has it. Whether it comes to a wait is a matter
// of luck; the hook of the lock looks at that too.
func checkNoContend(s *state) string {
	st := s.k.Stopper()
	if st == nil || !s.k.Stopped() {
		return ""
	}
	if holder := s.lock.Sched().Holder(); holder != nil && holder != st.T() {
		return fmt.Sprintf("%s has stopped the world and %s holds the heap lock", st.Name(), holder.Name())
	}
	return ""
}

func readsLock(s *state) []sched.ObjID { return []sched.ObjID{s.lock.Sched().ID()} }

// readsLockAndStop is what the heap lock protects, and whether the world is
// stopped. What else changes while the world runs, on Ps, comes before the stop
// in every schedule.
func readsLockAndStop(s *state) []sched.ObjID {
	return append(s.k.StopCounts(), s.lock.Sched().ID())
}
