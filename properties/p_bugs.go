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

// checkTimer is P-TIMER: the timer is set if and only if the scavenger sleeps, on a
// P that looks out for it, and out of reach only in a stopped world.
func checkTimer(s *state) string { return s.h.TimerWrong() }

// readsTimer is the status of the timer, the lock under which the scavenger sets and
// others delete it, and whether the world is stopped.
func readsTimer(s *state) []sched.ObjID {
	return append(s.k.StopCounts(), s.h.TimerID(), s.h.ScavengeLock().Sched().ID())
}

// checkUnused is P-UNUSED: memory is given back without the heap lock.
func checkUnused(s *state) string {
	if s.h.UnusedLocked() {
		return "memory was given back to the operating system under the heap lock"
	}
	return ""
}

func withSyscalls(s *state) bool { return s.h != nil && s.k.Opens(model.Syscalls) }

func withSlices(s *state) bool { return s.k.Opens(model.TimeSlice) }

func withTimers(s *state) bool { return s.h != nil && s.h.Config().Timers }
