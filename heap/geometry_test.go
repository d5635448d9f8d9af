package heap

import (
	"fmt"
	"strings"
	"testing"
)

func TestGeometriesAreValid(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range Geometries() {
		if err := g.Validate(); err != nil {
			t.Error(err)
		}
		if seen[g.Name] {
			t.Errorf("%s: listed twice", g.Name)
		}
		seen[g.Name] = true
		if got := GeometryByName(g.Name); got == nil || got.Name != g.Name {
			t.Errorf("%s: not found by name", g.Name)
		}
	}
	if GeometryByName("no such") != nil {
		t.Error("found a geometry that does not exist")
	}
}

// TestGeometryRules breaks each rule of the list, and each clause of the
// longer ones, in an otherwise valid geometry.
func TestGeometryRules(t *testing.T) {
	tests := []struct {
		rule  int
		words string // part of the rule
		what  string // part of the refusal
		spoil func(g *Geometry)
	}{
		{0, "powers of two", "PageSize is 12", func(g *Geometry) { g.PageSize = 12 }},
		{0, "powers of two", "at least two bytes", func(g *Geometry) { g.PageSize, g.PhysPageSize = 1, 1 }},
		{0, "powers of two", "WordBits is 12", func(g *Geometry) { g.WordBits = 12 }},
		{0, "powers of two", "ChunkPages is 24", func(g *Geometry) { g.ChunkPages = 24 }},
		{0, "powers of two", "PhysPageSize is 0", func(g *Geometry) { g.PhysPageSize = 0 }},
		{0, "chunk 0", "BaseChunk is 0", func(g *Geometry) { g.BaseChunk = 0 }},
		{0, "chunk 0", "BaseChunk is 2, a root entry covers 4", func(g *Geometry) { g.BaseChunk = 2 }},
		{0, "chunk 0", "MaxChunks 13", func(g *Geometry) { g.MaxChunks = 13 }},
		{1, "at least two words", "ChunkPages is 8, WordBits is 8", func(g *Geometry) { g.ChunkPages = 8 }},
		{1, "at least two words", "a word has 64 bits", func(g *Geometry) { g.WordBits, g.ChunkPages = 128, 256 }},
		{2, "at least two sizes", "CacheLimit is 2", func(g *Geometry) { g.CacheLimit = 2 }},
		{2, "at least two sizes", "CacheLimit is 9", func(g *Geometry) { g.CacheLimit = 9 }},
		{3, "at least two levels", "has 1 levels", func(g *Geometry) { g.LevelBits = []uint{4} }},
		{3, "at least two levels", "has 0 levels", func(g *Geometry) { g.LevelBits = nil }},
		{3, "at least two levels", "LevelBits[2] is 0", func(g *Geometry) { g.LevelBits = []uint{2, 2, 0} }},
		{3, "at least two levels", "LevelBits[0] is 1", func(g *Geometry) { g.LevelBits, g.BaseChunk, g.MaxChunks = []uint{1, 2, 1}, 8, 8 }},
		{3, "at least two levels", "ChunksL2Bits is 5", func(g *Geometry) { g.ChunksL2Bits = 5 }},
		{3, "packed summary", "2^22 pages", func(g *Geometry) {
			g.LevelBits = []uint{2, 9, 9}
			g.BaseChunk, g.MaxChunks = 1<<18, 1<<18
		}},
		{4, "at least two chunks", "ArenaChunks is 1", func(g *Geometry) { g.ArenaChunks = 1 }},
		{4, "at least two chunks", "ArenaChunks is 8", func(g *Geometry) { g.ArenaChunks = 8 }},
		{4, "at least two chunks", "not the start of an arena", func(g *Geometry) { g.BaseChunk, g.MaxChunks = 5, 11 }},
		{5, "not empty", "Shards is 17, one chunk has 16 pages", func(g *Geometry) { g.Shards = 17 }},
		{5, "not empty", "Shards is 0", func(g *Geometry) { g.Shards = 0 }},
		{6, "fits a word", "PhysPageSize is 131072", func(g *Geometry) { g.PhysPageSize = 131072 }},
		{6, "huge page", "HugePageSize is 24576", func(g *Geometry) { g.HugePageSize = 24576 }},
		{6, "huge page", "HugePageSize is 8192", func(g *Geometry) { g.HugePageSize = 8192 }},
		{6, "huge page", "HugePageSize is 262144", func(g *Geometry) { g.HugePageSize = 262144 }},
		{7, "mspan objects", "MSpanCache is 0", func(g *Geometry) { g.MSpanCache = 0 }},
		{7, "mspan objects", "MSpanCache is 3", func(g *Geometry) { g.MSpanCache = 3 }},
		{8, "reclaimer chunk", "ReclaimPages is 24", func(g *Geometry) { g.ReclaimPages = 24 }},
		{8, "reclaimer chunk", "ReclaimGroup is 6", func(g *Geometry) { g.ReclaimGroup = 6 }},
		{9, "two objects", "FixallocBatch is 1", func(g *Geometry) { g.FixallocBatch = 1 }},
	}
	covered := map[int]bool{}
	for _, tt := range tests {
		covered[tt.rule] = true
		g := SmallGeometry()
		tt.spoil(g)
		err := g.Validate()
		if err == nil {
			t.Errorf("rule %d, %s: accepted", tt.rule, tt.what)
			continue
		}
		head, body, _ := strings.Cut(err.Error(), "): ")
		if want := fmt.Sprintf("geometry small: rule %d (", tt.rule); !strings.HasPrefix(head, want) ||
			!strings.Contains(head, tt.words) || !strings.Contains(body, tt.what) {
			t.Errorf("rule %d, %q: got %q", tt.rule, tt.what, err)
		}
	}
	for _, r := range geometryRules {
		if !covered[r.number] {
			t.Errorf("rule %d is never broken", r.number)
		}
	}
}

func TestGeometrySizes(t *testing.T) {
	tests := []struct {
		name             string
		addrBits         uint
		arenaPages       uint64
		minPages, total  uint64
		chunkWords       int
		levelShift, logs []uint
	}{
		// The numbers of linux/amd64: heapAddrBits 48, 64 MiB arenas,
		// levelShift 34..22, levelLogPages 21..9.
		{"real", 48, 8192, 1, 1 << 26, 8, []uint{34, 31, 28, 25, 22}, []uint{21, 18, 15, 12, 9}},
		{"small", 21, 32, 1, 16, 2, []uint{19, 18, 17}, []uint{6, 5, 4}},
		{"small-deep", 23, 32, 1, 64, 2, []uint{21, 20, 19, 18, 17}, []uint{8, 7, 6, 5, 4}},
		{"small-phys2", 21, 32, 2, 16, 2, []uint{19, 18, 17}, []uint{6, 5, 4}},
	}
	for _, tt := range tests {
		g := GeometryByName(tt.name)
		y := newLayout(g)
		got := fmt.Sprint(g.AddrBits(), g.ArenaPages(), g.MinScavPages(), g.TotalChunks(), g.ChunkWords(), y.levelShift, y.levelLogPages)
		want := fmt.Sprint(tt.addrBits, tt.arenaPages, tt.minPages, tt.total, tt.chunkWords, tt.levelShift, tt.logs)
		if got != want {
			t.Errorf("%s: got %s, want %s", tt.name, got, want)
		}
	}
}
