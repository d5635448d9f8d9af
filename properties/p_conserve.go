package properties

import "fmt"

// checkConserve is P-CONSERVE: every page in use is free or has one owner, and
// the heap and the rest of its current arena are what it has mapped. What it
// has twice is P-NODOUBLE's.
func checkConserve(s *state) string {
	pm := &s.pm
	if pm.stray != 0 {
		return fmt.Sprintf("page %d has an owner and is not part of the heap", pm.stray-1)
	}
	for i := range pm.words {
		taken := pm.taken(i)
		if both := pm.free[i] & taken; both != 0 {
			return fmt.Sprintf("page %d is free and has an owner", pm.pageOf(i, both))
		}
		if lost := pm.mapped[i] &^ (pm.free[i] | taken); lost != 0 {
			return fmt.Sprintf("page %d is allocated and nobody has it", pm.pageOf(i, lost))
		}
	}
	if s.h == nil {
		return ""
	}
	arenas := uint64(0)
	for i := range s.h.Arenas() {
		if s.h.ArenaMapped(i) {
			arenas++
		}
	}
	base, limit := s.h.CurArena()
	if have := s.pages.RangeBytes() + limit - base; have != arenas*s.g.ArenaBytes() {
		return fmt.Sprintf("%d bytes are in use or left of the current arena, %d arenas of %d bytes are mapped",
			have, arenas, s.g.ArenaBytes())
	}
	return ""
}
