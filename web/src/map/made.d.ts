// The addresses of the files that the build makes of the ground.
declare module 'ground:*' {
  const url: string
  export default url
}
