package litmus

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// FuzzParse: Parse never panics; an error has the file, a line that exists and
// one line of text; what parses prints as a file that parses to the same
// program and prints the same. Expectations likewise.
func FuzzParse(f *testing.F) {
	f.Add(lostUpdate)
	f.Add(everyOp)
	f.Add("litmus 1\nname n\ntask A:\n# expect traces 1\n# expect outcome -\n")
	for _, c := range badFiles {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, src string) {
		lines := strings.Count(src, "\n") + 1
		p, err := Parse("f", src)
		if err != nil {
			checkError(t, err, lines)
		} else {
			text := p.String()
			again, err := Parse("printed", text)
			if err != nil {
				t.Fatalf("print of a program does not parse: %v\n%s", err, text)
			}
			if !reflect.DeepEqual(again, p) || again.String() != text {
				t.Fatalf("parse of print differs:\n%s\n%s", text, again)
			}
		}
		e, err := ParseExpectations("f", src)
		if err != nil {
			checkError(t, err, lines)
			return
		}
		again, err := ParseExpectations("printed", e.String())
		if err != nil || !again.Equal(e) {
			t.Fatalf("expectations differ after printing: %v\n%s", err, e)
		}
	})
}

func checkError(t *testing.T, err error, lines int) {
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	if e.File != "f" || e.Line < 1 || e.Line > lines || e.What == "" || strings.ContainsAny(e.What, "\r\n") {
		t.Fatalf("bad error %#v for %d lines", e, lines)
	}
}
