package heap

// logMaxPackedValue is the width of a field of a packed summary.
//
// Runtime: logMaxPackedValue, Go 1.16.
// Model: fixed at 21 bits, so a small geometry never uses the encoding of a
// full field in the top bit; the unit tests do.
const logMaxPackedValue = 21

// maxPackedValue is the largest number of pages that a summary can describe.
const maxPackedValue = 1 << logMaxPackedValue

// A pallocSum says how long the free runs of pages are in a piece of the
// address space: at its start, the longest anywhere, and at its end, in 21
// bits each. If the longest is 2^21 pages all are, and only the top bit is
// set. The zero value says that nothing is free.
//
// Runtime: pallocSum, Go 1.16.
type pallocSum uint64

// packPallocSum packs the three lengths in pages.
//
// Runtime: packPallocSum.
func packPallocSum(start, max, end uint) pallocSum {
	if max == maxPackedValue {
		return 1 << 63
	}
	return pallocSum(start) | pallocSum(max)<<logMaxPackedValue | pallocSum(end)<<(2*logMaxPackedValue)
}

// field returns the field whose lowest bit is shift.
func (s pallocSum) field(shift uint) uint {
	if s>>63 != 0 {
		return maxPackedValue
	}
	return uint(s>>shift) & (maxPackedValue - 1)
}

// start is the number of free pages at the start.
//
// Runtime: pallocSum.start.
func (s pallocSum) start() uint { return s.field(0) }

// max is the length of the longest run of free pages.
//
// Runtime: pallocSum.max.
func (s pallocSum) max() uint { return s.field(logMaxPackedValue) }

// end is the number of free pages at the end.
//
// Runtime: pallocSum.end.
func (s pallocSum) end() uint { return s.field(2 * logMaxPackedValue) }

// unpack returns the three lengths.
//
// Runtime: pallocSum.unpack.
func (s pallocSum) unpack() (start, max, end uint) { return s.start(), s.max(), s.end() }

// mergeSummaries returns the summary of neighbouring pieces of
// 1<<logMaxPagesPerSum pages each.
//
// Runtime: mergeSummaries.
func mergeSummaries(sums []pallocSum, logMaxPagesPerSum uint) pallocSum {
	whole := uint(1) << logMaxPagesPerSum
	start, longest, end := sums[0].unpack()
	for i, sum := range sums[1:] {
		s, m, e := sum.unpack()
		if start == uint(i+1)*whole {
			start += s // everything so far is free
		}
		longest = max(longest, end+s, m)
		if e == whole {
			end += whole
		} else {
			end = e
		}
	}
	return packPallocSum(start, longest, end)
}
