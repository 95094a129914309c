module overflight/bench

go 1.26.0

replace overflight => ../

require (
	github.com/asticode/go-astits v1.15.0
	github.com/golang/geo v0.0.0-20260818125358-b200a1149890
	overflight v0.0.0-00010101000000-000000000000
)

require (
	github.com/asticode/go-astikit v0.30.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
)
