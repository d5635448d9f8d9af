package properties

import (
	"fmt"

	"lockheld/sched"
)

// checkNoContend is P-STW-NOCONTEND: who has stopped the world never waits for
// the heap lock.
func checkNoContend(s *state) string {
	st := s.k.Stopper()
	if st == nil || !s.k.Stopped() || !st.T().Blocked() {
		return ""
	}
	if _, obj := st.T().Pending(); obj == s.lock.Sched().ID() {
		return fmt.Sprintf("%s has stopped the world and waits for the heap lock, held by %s", st.Name(), s.lock.Sched().Holder().Name())
	}
	return ""
}

func readsLock(s *state) []sched.ObjID { return []sched.ObjID{s.lock.Sched().ID()} }

func readsLockAndStop(s *state) []sched.ObjID {
	return append(s.k.Objects(), s.lock.Sched().ID())
}
