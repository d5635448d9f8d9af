package properties

import "fmt"

// checkBacked is P-BACKED: the operating system backs every free page that is
// not marked as scavenged, and memory was given back to it only where that was
// allowed.
func checkBacked(s *state) string {
	if wrong := s.h.MemoryMisuse(); wrong != "" {
		return wrong
	}
	pm := &s.pm
	for i := range pm.words {
		if bad := pm.free[i] &^ pm.scav[i] &^ s.backed(i); bad != 0 {
			return fmt.Sprintf("page %d is free, not marked as scavenged and not backed", pm.pageOf(i, bad))
		}
	}
	return ""
}

// checkScavLive is P-SCAVLIVE: no page that a span has, or a page cache as not
// scavenged, was given back to the operating system.
func checkScavLive(s *state) string {
	pm := &s.pm
	for i := range pm.words {
		backed := s.backed(i)
		if bad := pm.class[inSpan][i] &^ backed; bad != 0 {
			return fmt.Sprintf("page %d belongs to a span and is not backed", pm.pageOf(i, bad))
		}
		if bad := pm.class[inCache][i] &^ pm.scav[i] &^ backed; bad != 0 {
			return fmt.Sprintf("page %d is in a page cache, not marked as scavenged and not backed", pm.pageOf(i, bad))
		}
	}
	return ""
}

// backed returns the pages of word i that the operating system backs.
func (s *state) backed(i int) uint64 { return s.h.Backed(uint64(i)<<s.pm.shift, s.g.WordBits) }
