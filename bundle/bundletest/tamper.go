package bundletest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
)

// Member is a file of an archive that a test changes.
type Member struct {
	Name   string
	Bytes  []byte
	Method uint16 // zip.Store or zip.Deflate
}

// Members takes an archive apart.
func Members(archive []byte) ([]Member, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	var all []Member
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		all = append(all, Member{Name: f.Name, Bytes: b, Method: f.Method})
	}
	return all, nil
}

// Archive puts members together, whatever they are.
func Archive(members []Member) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		f, err := z.CreateHeader(&zip.FileHeader{Name: m.Name, Method: m.Method})
		if err == nil {
			_, err = f.Write(m.Bytes)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Change returns an archive in which one member was changed.
func Change(archive []byte, name string, change func([]byte) []byte) ([]byte, error) {
	all, err := Members(archive)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Name == name {
			all[i].Bytes = change(bytes.Clone(all[i].Bytes))
			return Archive(all)
		}
	}
	return nil, fmt.Errorf("no member %s", name)
}
