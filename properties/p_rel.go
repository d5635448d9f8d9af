package properties

import (
	"fmt"
	"math/bits"

	"lockheld/sched"
)

// checkRel is P-REL: heap_released is the memory that is marked as scavenged
// and the rest of the current arena, and what Ms have allocated and not yet
// accounted for.
func checkRel(s *state) string {
	pages := 0
	for i := range s.pm.words {
		pages += bits.OnesCount64(s.pm.scav[i])
	}
	base, limit := s.h.CurArena()
	want := uint64(pages)*s.g.PageSize + limit - base
	late := uint64(0)
	for i := range s.k.Ms() {
		if _, _, scav, _ := s.h.Flight(i); scav != 0 {
			late += scav
		}
	}
	if got := s.h.HeapReleased(); got != want+late {
		return fmt.Sprintf("heap_released is %d, %d bytes are scavenged or not used yet, %d are being allocated",
			int64(got), want, late)
	}
	return ""
}

// readsReleased is what changes heap_released outside critical sections of the
// heap lock: what an M then adds it has announced, so that the difference stays
// whatever the order.
func readsReleased(s *state) []sched.ObjID {
	return []sched.ObjID{s.h.Objects().Released}
}
