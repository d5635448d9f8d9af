package properties

import "fmt"

// checkZeroEnd is the end of P-ZERO: what is in a span counts as used.
func checkZeroEnd(s *state) string {
	if what := checkZero(s); what != "" {
		return what
	}
	arena := s.g.ArenaBytes()
	for i := range s.h.Carved() {
		sp := s.h.Span(i)
		if !sp.Live() {
			continue
		}
		// It may go on into other arenas, whose beginning then counts as used.
		last := sp.Base() + sp.Pages()*s.g.PageSize - 1 - s.g.BaseAddr()
		if z := s.h.ZeroedBase(int(last / arena)); z <= last%arena {
			return fmt.Sprintf("the span at page %d ends at offset %d of its arena, of which counts as used what is below %d",
				s.page(sp.Base()), last%arena, z)
		}
	}
	return ""
}

// checkZero is P-ZERO: a span that was said to need no zeroing has no page
// that was part of a span before.
func checkZero(s *state) string {
	for i := range s.h.Carved() {
		if sp := s.h.Span(i); sp.Live() && sp.Zeroed() && sp.UsedBefore() {
			return fmt.Sprintf("the span at page %d was used before and counts as zero", s.page(sp.Base()))
		}
	}
	return ""
}
