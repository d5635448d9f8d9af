package properties

import "fmt"

// checkInUse is P-INUSE: the ranges in use are sorted and not adjacent, made of
// whole chunks, as large as recorded, never smaller than before, all between
// start and end, and apart from the rest of the current arena.
func checkInUse(s *state) string {
	total, last := uint64(0), uint64(0)
	curBase, curLimit := uint64(0), uint64(0)
	if s.h != nil {
		curBase, curLimit = s.h.CurArena()
	}
	n := s.pages.Ranges()
	for i := range n {
		base, limit := s.pages.Range(i)
		if what := s.badRange(base, limit); what != "" {
			return what
		}
		if i > 0 && base <= last {
			return fmt.Sprintf("range %#x-%#x in use does not lie above the one before, which ends at %#x", base, limit, last)
		}
		if curBase < curLimit && base < curLimit && curBase < limit {
			return fmt.Sprintf("range %#x-%#x in use overlaps the rest of the current arena, %#x-%#x", base, limit, curBase, curLimit)
		}
		total, last = total+limit-base, limit
	}
	if total != s.pages.RangeBytes() {
		return fmt.Sprintf("%d bytes are in use, recorded are %d", total, s.pages.RangeBytes())
	}
	if total < s.counts.pastBytes {
		return fmt.Sprintf("%d bytes are in use, %d were before", total, s.counts.pastBytes)
	}
	s.counts.pastBytes = total
	return s.badHull(n, last)
}

func (s *state) badRange(base, limit uint64) string {
	chunk := s.g.ChunkBytes()
	if base >= limit || base%chunk != 0 || limit%chunk != 0 {
		return fmt.Sprintf("range %#x-%#x in use is not made of chunks", base, limit)
	}
	if base < s.g.BaseAddr() || limit > s.g.BaseAddr()+uint64(s.g.MaxChunks)*chunk {
		return fmt.Sprintf("range %#x-%#x in use lies outside the address space", base, limit)
	}
	return ""
}

func (s *state) badHull(n int, last uint64) string {
	start, end, ok := s.pages.Hull()
	if n == 0 || !ok {
		if n != 0 || ok {
			return fmt.Sprintf("%d ranges are in use and the heap counts as grown: %t", n, ok)
		}
		return ""
	}
	if base, _ := s.pages.Range(0); start != base || end != last {
		return fmt.Sprintf("the heap reaches from %#x to %#x, recorded is %#x to %#x", base, last, start, end)
	}
	return ""
}
