package properties

import (
	"fmt"

	"lockheld/sched"
)

// checkRetain is P-RETAIN: heap_sys is never less than heap_released.
func checkRetain(s *state) string {
	sys, released := s.h.HeapSys(), s.h.HeapReleased()
	if sys < released {
		return fmt.Sprintf("heap_sys is %d, heap_released %d", int64(sys), int64(released))
	}
	return ""
}

func readsRetained(s *state) []sched.ObjID {
	o := s.h.Objects()
	return []sched.ObjID{o.Sys, o.Released}
}
