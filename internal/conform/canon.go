package conform

import (
	"fmt"
	"strconv"
	"strings"

	"lockheld/heap"
)

// The functions of this file give computed values the canonical form that
// [shape] gives to recorded ones.

func num(x uint64) string { return strconv.FormatUint(x, 10) }

func hex(x uint64) string { return fmt.Sprintf(`"%016x"`, x) }

func seq(parts []string) string { return "[" + strings.Join(parts, ",") + "]" }

// numOr is x, or word unless ok.
func numOr(x uint64, ok bool, word string) string {
	if !ok {
		return word
	}
	return num(x)
}

func nums(xs ...uint64) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = num(x)
	}
	return seq(parts)
}

func spanOrNull(r heap.Span2, ok bool) string {
	if !ok {
		return "null"
	}
	return nums(r[:]...)
}

func spans(rs []heap.Span2) string {
	parts := make([]string, len(rs))
	for i, r := range rs {
		parts[i] = nums(r[:]...)
	}
	return seq(parts)
}

func chunks(cs []heap.ChunkState) string {
	parts := make([]string, len(cs))
	for i, c := range cs {
		parts[i] = fmt.Sprintf(`{"c":%d,"alloc":%s,"scav":%s}`, c.Chunk, spans(c.Alloc), spans(c.Scav))
	}
	return seq(parts)
}

func sums(levels [][]heap.SumState) string {
	parts := make([]string, len(levels))
	for l, level := range levels {
		entries := make([]string, len(level))
		for i, s := range level {
			entries[i] = nums(s.Index, s.Start, s.Max, s.End)
		}
		parts[l] = seq(entries)
	}
	return seq(parts)
}
