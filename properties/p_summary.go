package properties

import (
	"fmt"
	"math/bits"

	"lockheld/heap"
)

// A sum is a summary, computed without the heap's own code: free pages at the
// start, in the longest run, at the end.
type sum struct{ start, longest, end uint }

// append returns the summary of a, of na pages, followed by b, of nb pages.
func (a sum) append(na uint, b sum, nb uint) sum {
	c := sum{start: a.start, longest: max(a.longest, b.longest, a.end+b.start), end: b.end}
	if a.start == na {
		c.start += b.start
	}
	if b.end == nb {
		c.end += a.end
	}
	return c
}

// sumWord returns the summary of the n lowest bits of free.
func sumWord(free uint64, n uint) sum {
	c := sum{
		start: min(uint(bits.TrailingZeros64(^free)), n),
		end:   min(uint(bits.LeadingZeros64(^(free << (64 - n)))), n),
	}
	for x := free; x != 0; x &= x >> 1 {
		c.longest++
	}
	return c
}

// sumMemo computes the summaries that the heap should have. It remembers the
// summary of each chunk with the bits that it was computed from, which is true
// in every execution.
type sumMemo struct {
	words  []uint64 // by bitmap word
	chunks []sum    // by chunk
	levels [][]sum  // by level and entry, of the whole address space
	first  int      // the first chunk of the heap, as an entry of the leaf level
}

func (c *sumMemo) init(s *state) {
	g := s.g
	c.words = make([]uint64, s.pages.Words())
	for i := range c.words {
		c.words[i] = ^uint64(0) // not what a bitmap can be
	}
	c.chunks = make([]sum, g.MaxChunks)
	c.first = int(g.BaseChunk)
	entries := 1
	for _, b := range g.LevelBits {
		entries <<= b
		c.levels = append(c.levels, make([]sum, entries))
	}
}

// leaf returns the summary that chunk i of the heap should have.
func (c *sumMemo) leaf(pm *pageMap, g *heap.Geometry, i int) sum {
	n := g.ChunkWords()
	words, free := c.words[i*n:(i+1)*n], pm.free[i*n:(i+1)*n]
	same := true
	for j := range words {
		if words[j] != free[j] {
			same = false
			words[j] = free[j]
		}
	}
	if !same {
		t := sumWord(free[0], g.WordBits)
		for j := 1; j < n; j++ {
			t = t.append(uint(j)*g.WordBits, sumWord(free[j], g.WordBits), g.WordBits)
		}
		c.chunks[i] = t
	}
	return c.chunks[i]
}

// checkSummary is P-SUMMARY: every summary is what the bitmaps say. Memory
// that is not mapped has no free pages.
func checkSummary(s *state) string {
	c := &s.sums
	start, end, ok := s.pages.Hull()
	if !ok {
		return ""
	}
	lo, hi := start/s.g.ChunkBytes(), end/s.g.ChunkBytes()
	if lo < uint64(s.g.BaseChunk) || hi > uint64(s.g.BaseChunk+s.g.MaxChunks) {
		return fmt.Sprintf("the heap says that it has the chunks %d to %d", lo, hi)
	}
	for level := len(c.levels) - 1; level >= 0; level-- {
		pages := uint(s.pages.EntryBytes(level) / s.g.PageSize)
		block := uint64(1) << s.g.LevelBits[level] // of entries that have one parent
		for i := lo &^ (block - 1); i < (hi+block-1)&^(block-1); i++ {
			want := sum{} // where nothing is mapped
			if lo <= i && i < hi {
				want = c.entry(s, level, i, pages)
			}
			c.levels[level][i] = want
			a, b, d := s.pages.Summary(level, i)
			if got := (sum{a, b, d}); got != want {
				return fmt.Sprintf("summary %d of level %d is %d,%d,%d, the bitmaps say %d,%d,%d",
					i, level, a, b, d, want.start, want.longest, want.end)
			}
		}
		lo, hi = lo/block, (hi+block-1)/block
	}
	return ""
}

// entry computes entry i of a level from the level below, or from the bitmaps.
func (c *sumMemo) entry(s *state, level int, i uint64, pages uint) sum {
	if level == len(c.levels)-1 {
		return c.leaf(&s.pm, s.g, int(i)-c.first)
	}
	fanout := uint64(1) << s.g.LevelBits[level+1]
	below := c.levels[level+1][i*fanout : (i+1)*fanout]
	n := pages >> s.g.LevelBits[level+1]
	t := below[0]
	for j := 1; j < len(below); j++ {
		t = t.append(uint(j)*n, below[j], n)
	}
	return t
}
