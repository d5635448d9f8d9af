package properties

import "fmt"

// checkScavRanges is P-SCAVRANGES: what the scavenge generation has not looked
// at is sorted, disjoint, as large as recorded, and part of the heap.
func checkScavRanges(s *state) string {
	total, last := uint64(0), uint64(0)
	use := 0 // range in use that may contain the next one
	for i := range s.pages.ScavRanges() {
		base, limit := s.pages.ScavRange(i)
		if base >= limit || i > 0 && base < last {
			return fmt.Sprintf("range %#x-%#x to scavenge does not lie above the one before, which ends at %#x", base, limit, last)
		}
		if base%s.g.ChunkBytes() != 0 {
			return fmt.Sprintf("range %#x-%#x to scavenge does not begin with a chunk", base, limit)
		}
		for {
			if use == s.pages.Ranges() {
				return fmt.Sprintf("range %#x-%#x to scavenge is not part of the heap", base, limit)
			}
			if lo, hi := s.pages.Range(use); lo <= base && limit <= hi {
				break
			}
			use++
		}
		total, last = total+limit-base, limit
	}
	if total != s.pages.ScavBytes() {
		return fmt.Sprintf("%d bytes are left to scavenge, recorded are %d", total, s.pages.ScavBytes())
	}
	return ""
}
