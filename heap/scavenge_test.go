package heap

import (
	"reflect"
	"testing"
)

// TestScavengeGenerations follows one heap of four chunks through generations
// in the small geometry, whose two shards reserve two chunks at a time.
func TestScavengeGenerations(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0, 1, 2, 3)
	const page, chunk = 8192, 16 * 8192
	if gen, reservation, total := d.Scav(); gen != 1 || reservation != 2*chunk || total != 4*chunk {
		t.Fatalf("first generation: %d, reservation %d, total %d", gen, reservation, total)
	}
	// From the top downwards; the rest of the reservation goes back.
	if got := d.Scavenge(page, false); got != page {
		t.Errorf("released %d, want a page", got)
	}
	if _, _, total := d.Scav(); total != 4*chunk-page {
		t.Errorf("%d bytes left, want all but a page", total)
	}
	if got := d.Scavenge(^uint64(0), false); got != 4*chunk-page {
		t.Errorf("released %d, want all but a page", got)
	}
	// Nothing was freed: the next generation starts where this one stopped.
	d.StartGen()
	if _, _, total := d.Scav(); total != 0 {
		t.Errorf("next generation has %d bytes, want none", total)
	}
	// That one scavenged nothing, so the one after it starts at the top.
	d.StartGen()
	if _, _, total := d.Scav(); total != 4*chunk {
		t.Errorf("generation after an idle one has %d bytes, want all", total)
	}
	// A page freed in between moves the start up to its last byte.
	p, scav, _ := d.Alloc(1)
	if p != 0 || scav != page {
		t.Fatalf("allocated page %d, %d bytes scavenged", p, scav)
	}
	d.Scavenge(^uint64(0), false)
	d.Free(0, 1)
	d.StartGen()
	if _, _, total := d.Scav(); total != 4*chunk {
		t.Errorf("nothing scavenged, one page freed: %d bytes, want all", total)
	}
	if got := d.Scavenge(^uint64(0), false); got != page {
		t.Errorf("released %d, want the freed page", got)
	}
	d.Alloc(2)
	d.Free(1, 1)
	d.StartGen()
	if _, _, total := d.Scav(); total != 2*page-1 {
		t.Errorf("page 1 freed, page 0 scavenged: %d bytes, want up to the last byte of page 1", total)
	}
}

// TestLimitCanRise: the top word of a reservation counts as a whole, so a page
// above the limit that was freed meanwhile is found.
func TestLimitCanRise(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0)
	d.Alloc(7)
	d.Alloc(9)
	d.Free(4, 1)
	w := &DirectWork{r: addrRange{d.base, d.addr(5)}}
	d.Free(6, 1) // above the limit, same word
	d.Free(9, 1) // another word
	if got := d.ScavengeOne(w, 8192, false); got != 8192 {
		t.Fatalf("released %d", got)
	}
	if r, _ := d.Range(w); r != (Span2{0, 6 * 8192}) {
		t.Errorf("work left %v, want up to page 6", r)
	}
}

// TestOldGenerationGivesNothingBack: after a new generation the rest of an old
// reservation is in it anyway.
func TestOldGenerationGivesNothingBack(t *testing.T) {
	d := newTestPages(SmallGeometry(), 0, 1)
	w := d.Reserve()
	d.Free(31, 1) // so that the next generation starts at the top
	d.StartGen()
	before := d.State().Scav
	d.Unreserve(w)
	if got := d.State().Scav; !reflect.DeepEqual(got, before) {
		t.Errorf("giving back an old reservation: %+v, want %+v", got, before)
	}
	w = d.Reserve()
	d.Unreserve(w)
	if got := d.State().Scav; !reflect.DeepEqual(got, before) {
		t.Errorf("giving back a new reservation: %+v, want %+v", got, before)
	}
}

// TestScavengeInUnits: with an OS page of two runtime pages only whole, aligned
// pairs are released, and a huge page is not split.
func TestScavengeInUnits(t *testing.T) {
	d := newTestPages(GeometryByName("small-phys2"), 0)
	d.Alloc(16)
	for _, p := range []uint64{1, 2, 3, 8, 9, 10, 11, 14} {
		d.Free(p, 1)
	}
	// Pages 1 and 14 are half pairs. Two pages of 8-11 are asked for, but
	// those four are a huge page.
	if got := d.Scavenge(8192, false); got != 4*8192 {
		t.Errorf("released %d bytes, want the huge page 8-11", got)
	}
	if got := d.Scavenge(^uint64(0), false); got != 2*8192 {
		t.Errorf("released %d bytes, want the pair 2-3", got)
	}
	want := []Span2{{2, 2}, {8, 4}}
	if got := d.State().Chunks[0].Scav; !reflect.DeepEqual(got, want) {
		t.Errorf("scavenged %v, want %v", got, want)
	}
}
