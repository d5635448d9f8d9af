package heap

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// denseChunks is the number of chunks up to which a geometry has all its
// memory in flat arrays from the start, so that an execution can be restored
// by copying. Above it tables are made when they are first written.
const denseChunks = 4096

// layout holds the logarithms and sizes that a geometry implies.
type layout struct {
	pageSize       uint64
	chunkBytes     uint64
	chunkPages     uint
	pageShift      uint // log2 of the bytes per page
	chunkShift     uint // log2 of the bytes per chunk
	wordShift      uint // log2 of the pages per word
	maxAddr        uint64
	chunkLimit     chunkIdx // first chunk index that does not exist
	minPages       uint     // the scavenger's unit
	hugePages      uint     // pages per huge page, 0: none that matters
	freeChunkSum   pallocSum
	levelBits      []uint
	levelShift     []uint // log2 of the bytes per entry
	levelLogPages  []uint // log2 of the pages per entry
	chunkWords     int
	dense          bool
	chunkTableBits uint // log2 of the chunks per second-level table
}

// newLayout derives the layout of g.
//
// Runtime: the constants and tables of mpagealloc.go and mpagealloc_64bit.go.
func newLayout(g *Geometry) layout {
	y := layout{
		pageSize:       g.PageSize,
		chunkBytes:     g.ChunkBytes(),
		chunkPages:     g.ChunkPages,
		pageShift:      log2(g.PageSize),
		chunkShift:     log2(g.ChunkBytes()),
		wordShift:      log2(uint64(g.WordBits)),
		maxAddr:        g.MaxAddr(),
		chunkLimit:     chunkIdx(g.BaseChunk + g.MaxChunks),
		minPages:       uint(g.MinScavPages()),
		freeChunkSum:   packPallocSum(g.ChunkPages, g.ChunkPages, g.ChunkPages),
		levelBits:      g.LevelBits,
		levelShift:     make([]uint, g.Levels()),
		levelLogPages:  make([]uint, g.Levels()),
		chunkWords:     g.ChunkWords(),
		dense:          g.TotalChunks() <= denseChunks,
		chunkTableBits: g.ChunksL2Bits,
	}
	if g.HugePageSize > g.PageSize && g.HugePageSize > g.PhysPageSize {
		y.hugePages = uint(g.HugePageSize / g.PageSize)
	}
	shift := y.chunkShift
	for l := g.Levels() - 1; l >= 0; l-- {
		y.levelShift[l] = shift
		y.levelLogPages[l] = shift - y.pageShift
		shift += g.LevelBits[l]
	}
	return y
}

// chunkIndex returns the chunk of addr.
func (y *layout) chunkIndex(addr uint64) chunkIdx { return chunkIdx(addr >> y.chunkShift) }

// chunkBase returns the address of chunk ci.
func (y *layout) chunkBase(ci chunkIdx) uint64 { return uint64(ci) << y.chunkShift }

// chunkPageIndex returns the index of addr's page in its chunk.
func (y *layout) chunkPageIndex(addr uint64) uint {
	return uint(addr>>y.pageShift) & (y.chunkPages - 1)
}

// pageAddr returns the address of page i of chunk ci.
func (y *layout) pageAddr(ci chunkIdx, i uint) uint64 {
	return y.chunkBase(ci) + uint64(i)<<y.pageShift
}

// l1 returns the index of the second-level table that has chunk ci.
func (y *layout) l1(ci chunkIdx) int { return int(ci >> y.chunkTableBits) }

// A sumTable holds the summaries of one level, in blocks that exist once they
// have been written.
type sumTable struct {
	blocks [][]pallocSum
	shift  uint        // log2 of the entries per block
	zero   []pallocSum // what a piece of a missing block reads as
}

// at returns entry i.
func (t *sumTable) at(i uint64) pallocSum {
	b := t.blocks[i>>t.shift]
	if b == nil {
		return 0
	}
	return b[i&(1<<t.shift-1)]
}

// span returns the n entries from i on, for reading. They lie in one block.
func (t *sumTable) span(i, n uint64) []pallocSum {
	b := t.blocks[i>>t.shift]
	if b == nil {
		return t.zero[:n]
	}
	i &= 1<<t.shift - 1
	return b[i : i+n]
}

// set stores entry i.
func (t *sumTable) set(i uint64, sum pallocSum) {
	b := &t.blocks[i>>t.shift]
	if *b == nil {
		*b = make([]pallocSum, 1<<t.shift)
	}
	(*b)[i&(1<<t.shift-1)] = sum
}

// ptr returns the address of entry i of a block that exists.
func (t *sumTable) ptr(i uint64) *pallocSum { return &t.blocks[i>>t.shift][i&(1<<t.shift-1)] }

// backing is the memory of a dense geometry.
type backing struct {
	words []uint64    // of all chunks
	sums  []pallocSum // of all levels
}

// initStorage makes the chunk map and the summary tables. In a dense geometry
// they point into flat arrays.
func (p *pageAlloc) initStorage() {
	g := p.g
	total := uint64(g.TotalChunks())
	p.back = new(backing)
	p.chunks = make([][]uint64, total>>p.chunkTableBits)
	p.summary = make([]sumTable, g.Levels())
	ranges := 16
	if p.dense {
		p.back.words = make([]uint64, total*2*uint64(p.chunkWords))
		ranges = int(total/2) + 1
	}
	entries := uint64(1)
	for l := range p.summary {
		entries <<= g.LevelBits[l]
		if p.dense {
			p.summary[l] = sumTable{shift: log2(entries), blocks: make([][]pallocSum, 1)}
			p.back.sums = append(p.back.sums, make([]pallocSum, entries)...)
			continue
		}
		shift := max(12, g.LevelBits[l])
		p.summary[l] = sumTable{
			shift:  shift,
			blocks: make([][]pallocSum, max(1, entries>>shift)),
			zero:   make([]pallocSum, 1<<g.LevelBits[l]),
		}
	}
	if p.dense {
		rest := p.back.sums
		for l := range p.summary {
			n := 1 << p.summary[l].shift
			p.summary[l].blocks[0] = rest[:n:n]
			rest = rest[n:]
		}
	}
	p.inUse.init(ranges)
	p.scav.inUse.init(ranges)
}

// mapChunks makes second-level table i of the chunk map.
//
// Runtime: the part of (*pageAlloc).grow that allocates it and stores its
// pointer atomically, for readers without the lock.
func (p *pageAlloc) mapChunks(m *model.M, i int) {
	n := 2 * p.chunkWords << p.chunkTableBits
	if !p.dense {
		p.chunks[i] = make([]uint64, n)
		return
	}
	p.window.l2[i].Store(m.T(), 1)
	p.chunks[i] = p.back.words[i*n : (i+1)*n : (i+1)*n]
}

// view returns the bits of chunk ci, unchecked.
func (p *pageAlloc) view(ci chunkIdx) pallocData {
	n := p.chunkWords
	table := p.chunks[p.l1(ci)]
	at := int(ci) & (1<<p.chunkTableBits - 1) * 2 * n
	words := table[at : at+2*n]
	return pallocData{
		pallocBits: pallocBits{pageBits{words: words[:n:n], shift: p.wordShift}},
		scavenged:  pageBits{words: words[n:], shift: p.wordShift},
	}
}

// chunkOf returns the bits of chunk ci for use under the heap lock. The view
// is valid as long as the lock is held.
//
// Runtime: (*pageAlloc).chunkOf, Go 1.16.
func (p *pageAlloc) chunkOf(m *model.M, ci chunkIdx) pallocData {
	if p.chunks[p.l1(ci)] == nil {
		m.Throw("chunk %d is not mapped", ci)
	}
	if len(p.guards.chunks) > 0 {
		p.guards.chunks[ci].Write(m.T())
	}
	d := p.view(ci)
	if p.window.open > 0 && p.dense {
		p.announce(m, ci, &d)
	}
	return d
}

// guards watch who touches what the heap lock protects.
type guards struct {
	radix  sched.Cell   // summaries, search address, ranges, scavenger state
	chunks []sched.Cell // bits, by chunk; none in a sparse geometry
}

// initGuards makes the guards. What they demand is the heap lock of this M, or
// a stopped world where the variant relaxes an assertion so: the assertion that
// is left is to speak, not the guard. Who observes wants to see what follows.
func (p *pageAlloc) initGuards(w *sched.World) {
	guard := sched.GuardedBy(p.lock.Sched())
	if p.v.unguarded || p.k.Config().Observer != nil {
		guard = nil
	}
	if p.v.relaxFlush || p.v.relaxUpdate {
		locked := guard
		guard = func(t *sched.Task, write bool) string {
			if p.k.WorldIsStopped() == 1 {
				return ""
			}
			return locked(t, write)
		}
	}
	p.guards = new(guards)
	p.guards.radix.Init(w, "page allocator", guard)
	if p.dense {
		p.guards.chunks = make([]sched.Cell, p.g.TotalChunks())
		for i := range p.guards.chunks {
			p.guards.chunks[i].Init(w, fmt.Sprintf("chunk %d", i), guard)
		}
	}
}

// own checks that m may touch the summaries, the search address, the ranges
// and the scavenger's state until its next step.
func (p *pageAlloc) own(m *model.M) { p.guards.radix.Write(m.T()) }

// save registers all state of p with w, to be restored before each execution.
// It panics in a geometry whose tables are made on demand.
func (p *pageAlloc) save(w *sched.World) {
	if !p.dense {
		panic("heap: geometry " + p.g.Name + " cannot be restored")
	}
	sched.Save(w, p)
	sched.SaveSlice(w, p.chunks)
	sched.SaveSlice(w, p.back.words)
	sched.SaveSlice(w, p.back.sums)
	sched.SaveSlice(w, p.inUse.ranges)
	sched.SaveSlice(w, p.scav.inUse.ranges)
	sched.SaveSlice(w, p.reserved)
	w.OnStart(func() {
		for i, table := range p.chunks {
			mapped := uint64(0)
			if table != nil {
				mapped = 1
			}
			p.window.l2[i].Poke(mapped)
		}
	})
}
