package heap

import (
	"math/rand/v2"
	"testing"
)

func TestPallocSumPacking(t *testing.T) {
	const full = maxPackedValue
	for _, tt := range [][3]uint{{0, 0, 0}, {1, 2, 1}, {512, 512, 512}, {0, 7, 0}, {full - 1, full - 1, full - 1}, {full, full, full}, {3, full - 1, 9}} {
		s := packPallocSum(tt[0], tt[1], tt[2])
		start, longest, end := s.unpack()
		if got := [3]uint{start, longest, end}; got != tt {
			t.Errorf("packed %v, unpacked %v", tt, got)
		}
		if (s == 0) != (tt[1] == 0) {
			t.Errorf("%v packs to %#x: only a summary without free pages is 0", tt, uint64(s))
		}
	}
	// 2^21 pages do not fit in 21 bits: the top bit says it for all fields.
	if got := packPallocSum(full, full, full); got != 1<<63 {
		t.Errorf("everything free packs to %#x", uint64(got))
	}
}

// summarizeBools returns the summary of a list of pages, true is allocated.
func summarizeBools(alloc []bool) pallocSum {
	start, longest, run := len(alloc), 0, 0
	for i, a := range alloc {
		if run++; a {
			run = 0
			start = min(start, i)
		}
		longest = max(longest, run)
	}
	return packPallocSum(uint(start), uint(longest), uint(run))
}

func TestMergeSummariesAgainstBools(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 5000 {
		log := uint(r.IntN(5))
		n := 2 << r.IntN(3)
		pages := make([]bool, n<<log)
		density := r.IntN(6)
		for i := range pages {
			pages[i] = r.IntN(5) < density && r.IntN(3) == 0
		}
		var sums []pallocSum
		for i := range n {
			sums = append(sums, summarizeBools(pages[i<<log:(i+1)<<log]))
		}
		if got, want := mergeSummaries(sums, log), summarizeBools(pages); got != want {
			t.Fatalf("merging %d of 2^%d pages: got %d %d %d, want %d %d %d", n, log,
				got.start(), got.max(), got.end(), want.start(), want.max(), want.end())
		}
	}
}

func TestMergeToTheTopBit(t *testing.T) {
	var sums [8]pallocSum
	for i := range sums {
		sums[i] = packPallocSum(1<<18, 1<<18, 1<<18)
	}
	if got := mergeSummaries(sums[:], 18); got != 1<<63 {
		t.Errorf("eight free eighths merge to %#x", uint64(got))
	}
}
