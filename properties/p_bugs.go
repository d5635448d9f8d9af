package properties

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// The properties of this file are about what few scenarios have: timers, slices
// of time, and the end of the work of the background scavenger.

// checkPark is P-PARK: a scavenger that has found nothing parks. It counts its
// rounds itself, before it takes scavenge.lock to park or to sleep.
func checkPark(s *state) string {
	if n := s.h.EmptyRounds(); n > 1 {
		return fmt.Sprintf("the background scavenger has found nothing %d times and has not parked", n)
	}
	return ""
}

func readsScavenge(s *state) []sched.ObjID {
	return []sched.ObjID{s.h.ScavengeLock().Sched().ID()}
}

// checkTimer is P-TIMER: a timer that is set belongs to a P that looks out for
// it.
func checkTimer(s *state) string {
	if s.h.TimerForgotten() {
		return "the scavenger's timer is set on a P that does not look out for it"
	}
	return ""
}

func readsTimer(s *state) []sched.ObjID { return []sched.ObjID{s.h.TimerID()} }

func withSlices(s *state) bool { return s.k.Opens(model.TimeSlice) }

func withTimers(s *state) bool { return s.h != nil && s.h.Config().Timers }
