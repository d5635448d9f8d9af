package properties

import "fmt"

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
