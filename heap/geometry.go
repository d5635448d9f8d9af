package heap

import (
	"math/bits"
)

// A Geometry is the set of sizes that the page heap is built from. The real
// one is that of linux/amd64; small ones keep every rule that behaviour
// depends on (see [Geometry.Validate]) and leave a state that an exhaustive
// search can cover. A Geometry is constant once a heap was made from it.
//
// Runtime: constants of malloc.go, mpagealloc.go, mpagealloc_64bit.go,
// mpagecache.go, mheap.go and mgcscavenge.go, Go 1.16.
type Geometry struct {
	// Name is what flags and reports call the geometry.
	Name string
	// PageSize is the runtime page in bytes, the unit of every bitmap bit.
	PageSize uint64
	// WordBits is the width of a bitmap word in pages, and so the size of a
	// page cache and the alignment of its base.
	WordBits uint
	// ChunkPages is the number of pages of one bitmap chunk, the leaf of the
	// radix tree.
	ChunkPages uint
	// CacheLimit is the size in pages from which an allocation bypasses the
	// page cache.
	CacheLimit uint
	// LevelBits is the logarithm of the number of entries per block of each
	// summary level, root first. Level 0 is one block.
	LevelBits []uint
	// ChunksL2Bits is the logarithm of the number of chunks that share one
	// second-level table of the chunk map.
	ChunksL2Bits uint
	// BaseChunk is the lowest chunk that the heap ever uses.
	BaseChunk uint
	// MaxChunks is the number of chunks from BaseChunk on that exist.
	MaxChunks uint
	// ArenaChunks is the size of a heap arena in chunks.
	ArenaChunks uint
	// Shards divides the heap into scavenge reservations.
	Shards uint64
	// PhysPageSize is the operating system's page in bytes.
	PhysPageSize uint64
	// HugePageSize is the operating system's huge page in bytes, 0 if it has
	// none.
	HugePageSize uint64
	// MSpanCache is the capacity of a P's cache of mspan objects.
	MSpanCache uint
	// FixallocBatch is the number of mspan objects that one carve chunk of
	// the fixed-size allocator holds.
	FixallocBatch uint
	// ReclaimPages is the number of pages that one step of the page
	// reclaimer claims.
	ReclaimPages uint
	// ReclaimGroup is the number of pages of which the reclaimer reads the
	// in-use bits at once (a byte of the bitmap in the runtime).
	ReclaimGroup uint
}

// RealGeometry returns the sizes of linux/amd64.
func RealGeometry() *Geometry {
	return &Geometry{
		Name:          "real",
		PageSize:      8192,
		WordBits:      64,
		ChunkPages:    512,
		CacheLimit:    16,
		LevelBits:     []uint{14, 3, 3, 3, 3},
		ChunksL2Bits:  13,
		BaseChunk:     0xc000,
		MaxChunks:     1<<26 - 0xc000,
		ArenaChunks:   16,
		Shards:        64,
		PhysPageSize:  4096,
		HugePageSize:  2 << 20,
		MSpanCache:    128,
		FixallocBatch: 102, // 16 KiB of objects of 160 bytes
		ReclaimPages:  512,
		ReclaimGroup:  8,
	}
}

// SmallGeometry returns the geometry that scenarios use unless they ask for
// another: chunks of two 8-page words, three summary levels of two-way
// fan-out below a root of four entries, and so few shards that a reservation
// spans chunks as soon as the heap has four.
func SmallGeometry() *Geometry {
	return &Geometry{
		Name:          "small",
		PageSize:      8192,
		WordBits:      8,
		ChunkPages:    16,
		CacheLimit:    4,
		LevelBits:     []uint{2, 1, 1},
		ChunksL2Bits:  2,
		BaseChunk:     4,
		MaxChunks:     12,
		ArenaChunks:   2,
		Shards:        2,
		PhysPageSize:  4096,
		HugePageSize:  0,
		MSpanCache:    2,
		FixallocBatch: 2,
		ReclaimPages:  16,
		ReclaimGroup:  8,
	}
}

// smallVariation returns the small geometry under another name and changed
// by f.
func smallVariation(name string, f func(g *Geometry)) *Geometry {
	g := SmallGeometry()
	g.Name = name
	f(g)
	return g
}

// Geometries returns all built-in geometries, each a fresh copy, in a fixed
// order: the real one first.
func Geometries() []*Geometry {
	return []*Geometry{
		RealGeometry(),
		SmallGeometry(),
		// Four words per chunk, so that a run can span more than two.
		smallVariation("small-w16", func(g *Geometry) {
			g.WordBits, g.ChunkPages, g.ReclaimPages = 16, 64, 64
		}),
		// All five levels of the real tree.
		smallVariation("small-deep", func(g *Geometry) {
			g.LevelBits = []uint{2, 1, 1, 1, 1}
			g.BaseChunk, g.MaxChunks, g.ChunksL2Bits = 16, 48, 4
		}),
		// An OS page of two runtime pages, and huge pages of four.
		smallVariation("small-phys2", func(g *Geometry) {
			g.PhysPageSize, g.HugePageSize = 2*g.PageSize, 4*g.PageSize
		}),
		// More shards than chunks: every reservation is one chunk.
		smallVariation("small-shards16", func(g *Geometry) { g.Shards = 16 }),
		// One shard: the first reservation is the whole top range, so two
		// chunks are enough to open the window of scavengeOne.
		smallVariation("small-window", func(g *Geometry) { g.Shards = 1 }),
	}
}

// GeometryByName returns the built-in geometry called name, nil if there is
// none.
func GeometryByName(name string) *Geometry {
	for _, g := range Geometries() {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Levels is the number of levels of the summary tree.
func (g *Geometry) Levels() int { return len(g.LevelBits) }

// ChunkBytes is the size of a chunk in bytes.
func (g *Geometry) ChunkBytes() uint64 { return uint64(g.ChunkPages) * g.PageSize }

// ArenaBytes is the size of a heap arena in bytes.
func (g *Geometry) ArenaBytes() uint64 { return uint64(g.ArenaChunks) * g.ChunkBytes() }

// ArenaPages is the number of pages of a heap arena.
func (g *Geometry) ArenaPages() uint64 { return uint64(g.ArenaChunks) * uint64(g.ChunkPages) }

// ChunkWords is the number of bitmap words of a chunk.
func (g *Geometry) ChunkWords() int { return int(g.ChunkPages / g.WordBits) }

// TotalChunks is the number of chunks that the summary tree covers.
func (g *Geometry) TotalChunks() uint { return 1 << g.addrChunkBits() }

// addrChunkBits is the width of a chunk index.
func (g *Geometry) addrChunkBits() uint {
	n := uint(0)
	for _, b := range g.LevelBits {
		n += b
	}
	return n
}

// AddrBits is the width of an address (heapAddrBits).
func (g *Geometry) AddrBits() uint {
	return g.addrChunkBits() + log2(g.ChunkBytes())
}

// MaxAddr is the highest address (maxOffAddr); as a search address it means
// that no memory is free.
func (g *Geometry) MaxAddr() uint64 { return 1<<g.AddrBits() - 1 }

// BaseAddr is the lowest address that the heap uses.
func (g *Geometry) BaseAddr() uint64 { return uint64(g.BaseChunk) * g.ChunkBytes() }

// MinScavPages is the number of runtime pages that the scavenger treats as a
// unit: 1, or the pages of one page of the operating system.
func (g *Geometry) MinScavPages() uint64 {
	return max(1, g.PhysPageSize/g.PageSize)
}

// log2 returns the logarithm of a power of two.
func log2(x uint64) uint { return uint(bits.TrailingZeros64(x)) }
