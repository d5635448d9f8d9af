package properties

import "fmt"

// checkGen is P-GEN: within a generation the memory that is left to scavenge
// and the reservations of Ms are disjoint, so nothing was given back twice.
func checkGen(s *state) string {
	gen := s.pages.ScavGen()
	for i, m := range s.k.Ms() {
		base, limit, g := s.pages.Reservation(i)
		if base >= limit || g != gen {
			continue
		}
		for j := range s.pages.ScavRanges() {
			if lo, hi := s.pages.ScavRange(j); lo < limit && base < hi {
				return fmt.Sprintf("%s has reserved %#x-%#x, of which %#x-%#x is left to scavenge in the same generation",
					m.Name(), base, limit, lo, hi)
			}
		}
		for j := range s.k.Ms()[:i] {
			if lo, hi, g := s.pages.Reservation(j); lo < hi && g == gen && lo < limit && base < hi {
				return fmt.Sprintf("%s and %s have both reserved memory at %#x in one generation", s.k.Ms()[j].Name(), m.Name(), max(lo, base))
			}
		}
	}
	return ""
}
