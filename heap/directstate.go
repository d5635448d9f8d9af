package heap

import "math/bits"

// PagesState is all that a page allocator knows, in positions relative to the
// geometry's base.
type PagesState struct {
	Start, End uint64 // chunks known, end exclusive
	Known      bool   // false: Start and End mean nothing yet
	InUse      []Span2
	Chunks     []ChunkState // those with any bit set
	Scav       ScavState
	Sums       [][]SumState // by level from the root, those over memory in use
}

// ChunkState holds the runs of set bits of a chunk as first page and length.
type ChunkState struct {
	Chunk       uint64
	Alloc, Scav []Span2
}

// SumState is a summary: entry index relative to the base, and the three
// lengths in pages.
type SumState struct{ Index, Start, Max, End uint64 }

// ScavState is the state of a scavenge generation. LWM is a page, HWM a byte.
type ScavState struct {
	Gen, Released, Reservation uint64
	InUse                      []Span2 // byte ranges
	Total                      uint64
	LWM, HWM                   uint64
	HasLWM, HasHWM             bool
}

// State returns the whole state of d.
func (d *DirectPages) State() PagesState { return d.p.state(d.base) }

// state describes p with positions relative to base.
func (p *pageAlloc) state(base uint64) PagesState {
	page := func(addr uint64) uint64 { return (addr - base) >> p.pageShift }
	first := uint64(p.chunkIndex(base))
	st := PagesState{
		Known:  p.start != 0,
		Start:  uint64(p.start) - first,
		End:    uint64(p.end) - first,
		InUse:  []Span2{},
		Chunks: []ChunkState{},
		Scav: ScavState{
			Gen:         uint64(p.scav.gen),
			Released:    p.scav.released,
			Reservation: p.scav.reservationBytes,
			InUse:       []Span2{},
			Total:       p.scav.inUse.totalBytes,
			LWM:         page(p.scav.scavLWM),
			HasLWM:      p.scav.scavLWM != p.maxAddr,
			HWM:         p.scav.freeHWM - base,
			HasHWM:      p.scav.freeHWM != 0,
		},
	}
	for _, r := range p.inUse.ranges {
		st.InUse = append(st.InUse, Span2{page(r.base), page(r.limit)})
		for ci := p.chunkIndex(r.base); ci < p.chunkIndex(r.limit); ci++ {
			chunk := p.view(ci)
			c := ChunkState{uint64(ci) - first, chunk.runs(), chunk.scavenged.runs()}
			if len(c.Alloc)+len(c.Scav) > 0 {
				st.Chunks = append(st.Chunks, c)
			}
		}
	}
	for _, r := range p.scav.inUse.ranges {
		st.Scav.InUse = append(st.Scav.InUse, Span2{r.base - base, r.limit - base})
	}
	for l := range p.summary {
		st.Sums = append(st.Sums, p.sumsInUse(l, base>>p.levelShift[l]))
	}
	return st
}

// sumsInUse returns the summaries of level l over memory in use, their indices
// less first.
func (p *pageAlloc) sumsInUse(l int, first uint64) []SumState {
	sums := []SumState{}
	next := uint64(0)
	for _, r := range p.inUse.ranges {
		i := max(next, r.base>>p.levelShift[l])
		for ; i <= (r.limit-1)>>p.levelShift[l]; i++ {
			start, longest, end := p.summary[l].at(i).unpack()
			sums = append(sums, SumState{i - first, uint64(start), uint64(longest), uint64(end)})
		}
		next = i
	}
	return sums
}

// runs returns the runs of set bits, as first page and length, ascending.
func (b *pageBits) runs() []Span2 {
	runs := []Span2{}
	for i, x := range b.words {
		for x != 0 {
			lo := uint64(bits.TrailingZeros64(x))
			n := uint64(bits.TrailingZeros64(^(x >> lo)))
			at := uint64(i)<<b.shift + lo
			if k := len(runs) - 1; k >= 0 && runs[k][0]+runs[k][1] == at {
				runs[k][1] += n
			} else {
				runs = append(runs, Span2{at, n})
			}
			x &^= rangeMask(uint(lo), uint(n))
		}
	}
	return runs
}
