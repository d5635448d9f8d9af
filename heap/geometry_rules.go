package heap

import "fmt"

// A geometryRule is one condition that a geometry has to keep so that the
// heap built from it behaves like the real one.
type geometryRule struct {
	number int    // item of the list "Scaling down"; 0: the sentinels above it
	words  string // what the rule says
	broken func(g *Geometry) string
}

// geometryRules lists the rules in the order in which they are checked: each
// may rely on the ones before it. Rule 10 (sweep generations advance by two
// and keep their five states) has no size: it is kept by constants.
var geometryRules = []geometryRule{
	{0, "sizes are powers of two and not zero", brokenPowers},
	{0, "chunk 0 is no part of the heap, a whole root entry below it stays a hole", brokenBase},
	{1, "the word width divides the chunk, with at least two words", brokenWords},
	{2, "the page cache takes at least two sizes and less than a word", brokenCacheLimit},
	{3, "fan-out of at least two, at least two levels, root with room for two entries and a hole between them", brokenLevels},
	{3, "the pages of a root entry fit in a packed summary", brokenSummaryWidth},
	{4, "an arena has at least two chunks and there are at least two arenas", brokenArena},
	{5, "a reservation of the smallest heap is not empty", brokenShards},
	{6, "the scavenger's unit fits a word, a huge page is 2 pages to a chunk", brokenPhysPage},
	{7, "the cache of mspan objects is even and holds at least two", brokenMSpanCache},
	{8, "a reclaimer chunk divides the arena and consists of whole groups", brokenReclaim},
	{9, "a carve chunk holds at least two objects", brokenFixalloc},
}

// Validate checks that g keeps the rules under which a small heap behaves
// like the real one. The error names the first rule that is broken, by its
// number in the list and in words.
func (g *Geometry) Validate() error {
	for _, r := range geometryRules {
		if what := r.broken(g); what != "" {
			return fmt.Errorf("geometry %s: rule %d (%s): %s", g.Name, r.number, r.words, what)
		}
	}
	return nil
}

// powerOfTwo reports whether x is a power of two.
func powerOfTwo(x uint64) bool { return x != 0 && x&(x-1) == 0 }

func brokenPowers(g *Geometry) string {
	for _, f := range []struct {
		name string
		x    uint64
	}{
		{"PageSize", g.PageSize},
		{"WordBits", uint64(g.WordBits)},
		{"ChunkPages", uint64(g.ChunkPages)},
		{"ArenaChunks", uint64(g.ArenaChunks)},
		{"PhysPageSize", g.PhysPageSize},
	} {
		if !powerOfTwo(f.x) {
			return fmt.Sprintf("%s is %d", f.name, f.x)
		}
	}
	if g.PageSize < 2 {
		// The mark of the highest freed byte would round down to another page.
		return fmt.Sprintf("PageSize is %d, a page has at least two bytes", g.PageSize)
	}
	return ""
}

func brokenBase(g *Geometry) string {
	if len(g.LevelBits) == 0 {
		return "" // rule 3 says so
	}
	hole := uint(1) << (g.addrChunkBits() - g.LevelBits[0])
	switch {
	case g.BaseChunk < hole:
		return fmt.Sprintf("BaseChunk is %d, a root entry covers %d chunks", g.BaseChunk, hole)
	case g.MaxChunks == 0 || g.MaxChunks > g.TotalChunks()-g.BaseChunk:
		return fmt.Sprintf("BaseChunk %d and MaxChunks %d, the tree covers %d chunks", g.BaseChunk, g.MaxChunks, g.TotalChunks())
	}
	return ""
}

func brokenWords(g *Geometry) string {
	switch {
	case g.WordBits > 64:
		return fmt.Sprintf("WordBits is %d, a word has 64 bits", g.WordBits)
	case g.ChunkPages%g.WordBits != 0 || g.ChunkPages/g.WordBits < 2:
		return fmt.Sprintf("ChunkPages is %d, WordBits is %d", g.ChunkPages, g.WordBits)
	}
	return ""
}

func brokenCacheLimit(g *Geometry) string {
	if g.CacheLimit <= 2 || g.CacheLimit > g.WordBits {
		return fmt.Sprintf("CacheLimit is %d, WordBits is %d: sizes 1 to CacheLimit-1 go through the cache", g.CacheLimit, g.WordBits)
	}
	return ""
}

func brokenLevels(g *Geometry) string {
	if len(g.LevelBits) < 2 {
		return fmt.Sprintf("LevelBits has %d levels", len(g.LevelBits))
	}
	for l, b := range g.LevelBits {
		if b == 0 {
			return fmt.Sprintf("LevelBits[%d] is 0", l)
		}
	}
	// Entry 0 stays a hole, so two populated ones with a hole between them
	// need four.
	if g.LevelBits[0] < 2 {
		return fmt.Sprintf("LevelBits[0] is %d", g.LevelBits[0])
	}
	if g.ChunksL2Bits > g.addrChunkBits() {
		return fmt.Sprintf("ChunksL2Bits is %d, a chunk index has %d bits", g.ChunksL2Bits, g.addrChunkBits())
	}
	return ""
}

func brokenSummaryWidth(g *Geometry) string {
	rootLog := log2(uint64(g.ChunkPages)) + g.addrChunkBits() - g.LevelBits[0]
	if rootLog > logMaxPackedValue {
		return fmt.Sprintf("a root entry covers 2^%d pages, the summary holds 2^%d", rootLog, logMaxPackedValue)
	}
	return ""
}

func brokenArena(g *Geometry) string {
	switch {
	case g.ArenaChunks < 2 || g.MaxChunks/g.ArenaChunks < 2:
		return fmt.Sprintf("ArenaChunks is %d, MaxChunks is %d", g.ArenaChunks, g.MaxChunks)
	case g.BaseChunk%g.ArenaChunks != 0:
		return fmt.Sprintf("BaseChunk %d is not the start of an arena of %d chunks", g.BaseChunk, g.ArenaChunks)
	}
	return ""
}

func brokenShards(g *Geometry) string {
	if g.Shards == 0 || g.Shards > uint64(g.ChunkPages) {
		return fmt.Sprintf("Shards is %d, one chunk has %d pages: the scavenger would never work", g.Shards, g.ChunkPages)
	}
	return ""
}

func brokenPhysPage(g *Geometry) string {
	switch {
	case g.PhysPageSize/g.PageSize > uint64(g.WordBits):
		return fmt.Sprintf("PhysPageSize is %d, a word covers %d bytes", g.PhysPageSize, uint64(g.WordBits)*g.PageSize)
	case g.HugePageSize != 0 && (!powerOfTwo(g.HugePageSize) ||
		g.HugePageSize < 2*g.PageSize || g.HugePageSize > g.ChunkBytes()):
		return fmt.Sprintf("HugePageSize is %d, a page has %d bytes and a chunk %d", g.HugePageSize, g.PageSize, g.ChunkBytes())
	}
	return ""
}

func brokenMSpanCache(g *Geometry) string {
	if g.MSpanCache < 2 || g.MSpanCache%2 != 0 {
		return fmt.Sprintf("MSpanCache is %d", g.MSpanCache)
	}
	return ""
}

func brokenReclaim(g *Geometry) string {
	if g.ReclaimPages == 0 || g.ReclaimGroup == 0 ||
		g.ArenaPages()%uint64(g.ReclaimPages) != 0 || g.ReclaimPages%g.ReclaimGroup != 0 {
		return fmt.Sprintf("ReclaimPages is %d, ReclaimGroup is %d, an arena has %d pages", g.ReclaimPages, g.ReclaimGroup, g.ArenaPages())
	}
	return ""
}

func brokenFixalloc(g *Geometry) string {
	if g.FixallocBatch < 2 {
		return fmt.Sprintf("FixallocBatch is %d", g.FixallocBatch)
	}
	return ""
}
