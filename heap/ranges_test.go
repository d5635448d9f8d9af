package heap

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestAddrRangesTable(t *testing.T) {
	type r = Span2
	tests := []struct {
		name  string
		add   []r
		want  []r
		total uint64
	}{
		{"empty", nil, []r{}, 0},
		{"apart, any order", []r{{40, 50}, {0, 10}, {20, 30}}, []r{{0, 10}, {20, 30}, {40, 50}}, 30},
		{"joins the range below", []r{{0, 10}, {10, 20}}, []r{{0, 20}}, 20},
		{"joins the range above", []r{{10, 20}, {0, 10}}, []r{{0, 20}}, 20},
		{"fills a gap", []r{{0, 10}, {20, 30}, {40, 50}, {10, 20}}, []r{{0, 30}, {40, 50}}, 40},
	}
	for _, tt := range tests {
		d := NewDirectRanges()
		for _, x := range tt.add {
			d.Add(x[0], x[1])
		}
		if got := d.Ranges(); !reflect.DeepEqual(got, tt.want) || d.Total() != tt.total {
			t.Errorf("%s: got %v, %d bytes, want %v, %d bytes", tt.name, got, d.Total(), tt.want, tt.total)
		}
	}
}

func TestAddrRangesRejectEmpty(t *testing.T) {
	v := violationOf(func() { NewDirectRanges().Add(8, 8) })
	if v == nil || !strings.Contains(v.Message, "zero-sized") {
		t.Errorf("adding an empty range: got %v", v)
	}
}

// TestAddrRangesAgainstBools runs random operations on a set and on one bool
// for each address.
func TestAddrRangesAgainstBools(t *testing.T) {
	const size = 200
	r := rand.New(rand.NewPCG(13, 14))
	for range 40 {
		d := NewDirectRanges()
		var in [size]bool
		for range 200 {
			switch r.IntN(8) {
			case 0:
				at := uint64(r.IntN(size))
				d.RemoveGreaterEqual(at)
				clear(in[at:])
			case 1:
				n := uint64(r.IntN(12))
				got, ok := d.RemoveLast(n)
				end := uint64(size)
				for end > 0 && !in[end-1] {
					end--
				}
				from := end
				for from > 0 && in[from-1] && end-from < n {
					from--
				}
				if ok != (from < end) || ok && got != (Span2{from, end}) {
					t.Fatalf("removeLast(%d) = %v %v, want [%d %d)", n, got, ok, from, end)
				}
				clear(in[from:end])
			default:
				base := uint64(r.IntN(size))
				limit := base
				for limit < size && limit-base < uint64(r.IntN(20)) && !in[limit] {
					limit++
				}
				if limit > base {
					d.Add(base, limit)
					for i := base; i < limit; i++ {
						in[i] = true
					}
				}
			}
			checkRanges(t, d, in[:])
		}
	}
}

func checkRanges(t *testing.T, d *DirectRanges, in []bool) {
	t.Helper()
	want := []Span2{}
	total := uint64(0)
	for i, set := range in {
		if !set {
			continue
		}
		total++
		if k := len(want) - 1; k >= 0 && want[k][1] == uint64(i) {
			want[k][1]++
		} else {
			want = append(want, Span2{uint64(i), uint64(i) + 1})
		}
	}
	if got := d.Ranges(); !reflect.DeepEqual(got, want) || d.Total() != total {
		t.Fatalf("got %v, %d bytes, want %v, %d bytes", got, d.Total(), want, total)
	}
	for at := range in {
		succ := uint64(0)
		for _, r := range want {
			if r[0] <= uint64(at) {
				succ++
			}
		}
		if got := d.FindSucc(uint64(at)); got != succ {
			t.Fatalf("findSucc(%d) in %v = %d, want %d", at, want, got, succ)
		}
		if got := d.Contains(uint64(at)); got != in[at] {
			t.Fatalf("contains(%d) in %v = %v", at, want, got)
		}
		ge := at
		for ge < len(in) && !in[ge] {
			ge++
		}
		if got, ok := d.FindGreaterEqual(uint64(at)); ok != (ge < len(in)) || ok && got != uint64(ge) {
			t.Fatalf("findAddrGreaterEqual(%d) in %v = %d, %v, want %d", at, want, got, ok, ge)
		}
	}
}

func TestCloneInto(t *testing.T) {
	var a, b addrRanges
	a.init(2)
	b.init(0)
	a.ranges = append(a.ranges, addrRange{1, 2}, addrRange{4, 8})
	a.totalBytes = 5
	a.cloneInto(&b)
	a.ranges[0].limit = 3
	if !reflect.DeepEqual(b.ranges, []addrRange{{1, 2}, {4, 8}}) || b.totalBytes != 5 {
		t.Errorf("the copy is %v, %d bytes", b.ranges, b.totalBytes)
	}
}
