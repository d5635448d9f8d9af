package properties

import "fmt"

// spanPlace is where a span object is.
type spanPlace uint8

const (
	placeNone spanPlace = iota
	placeFree
	placeCached
	placeLive
)

var placeNames = [...]string{"nowhere", "on the free list", "in the cache of a P", "live"}

// checkMSpan is P-MSPAN: every span object that was ever carved is free, in the
// cache of one P, live, or in the hands of an M that is allocating; and it is
// in allspans once.
func checkMSpan(s *state) string {
	n := s.h.Carved()
	clear(s.places)
	what := ""
	s.h.FreeSpans(func(id int) bool {
		what = s.place(id, placeFree)
		return what == ""
	})
	for p := range s.k.AllPs() {
		for i := 0; i < s.h.CachedSpans(p) && what == ""; i++ {
			what = s.place(s.h.CachedSpan(p, i), placeCached)
		}
	}
	nowhere := 0
	for i := 0; i < n && what == ""; i++ {
		switch {
		case s.h.Span(i).Live():
			what = s.place(i, placeLive)
		case s.places[i] == placeNone:
			nowhere++
		}
	}
	if what != "" {
		return what
	}
	if nowhere > s.pm.flights+s.h.HeldSpans() {
		return fmt.Sprintf("%d span objects are nowhere, %d Ms are allocating", nowhere, s.pm.flights)
	}
	return s.checkAllspans(n)
}

// place puts object id into a place.
func (s *state) place(id int, at spanPlace) string {
	if s.places[id] != placeNone {
		return fmt.Sprintf("span object %d is %s and %s", id, placeNames[s.places[id]], placeNames[at])
	}
	s.places[id] = at
	return ""
}

// checkAllspans checks that allspans has each of the n carved objects once:
// they are recorded in the order of carving.
func (s *state) checkAllspans(n int) string {
	if got := s.h.Allspans(); got != n {
		return fmt.Sprintf("allspans has %d objects, %d were carved", got, n)
	}
	for i := range n {
		if s.h.AllspansAt(i) != i {
			return fmt.Sprintf("allspans has span object %d at place %d", s.h.AllspansAt(i), i)
		}
	}
	return ""
}
