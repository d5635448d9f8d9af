package properties

import (
	"fmt"
	"math/bits"
)

// checkSearch is P-SEARCH: no page below the search address is free.
func checkSearch(s *state) string {
	pm := &s.pm
	for i := range pm.words {
		if pm.free[i] == 0 {
			continue
		}
		p := pm.pageOf(i, pm.free[i])
		if at := s.pages.SearchAddr(); at > s.g.BaseAddr()+p*s.g.PageSize {
			if at == s.g.MaxAddr() {
				return fmt.Sprintf("page %d is free and the search address says that no page is", p)
			}
			return fmt.Sprintf("page %d is free, below the search address at page %d", p, s.page(at))
		}
		return ""
	}
	return ""
}

// checkSearchMap is P-SEARCHMAP: the search address is in use, or says that no
// page is free.
func checkSearchMap(s *state) string {
	at := s.pages.SearchAddr()
	if at == s.g.MaxAddr() {
		return ""
	}
	for i := range s.pages.Ranges() {
		if base, limit := s.pages.Range(i); base <= at && at < limit {
			return ""
		}
	}
	return fmt.Sprintf("the search address %#x is outside the heap", at)
}

// lowest returns the index of the lowest bit of w.
func lowest(w uint64) uint64 { return uint64(bits.TrailingZeros64(w)) }
