extension APISchema {
    /// The resources: a name, then its members with their types; see `APISchema` for how a type is written.
    static let resources = """
        BasicFilter criteria:* filterSpecs:[* range:GridRange sortSpecs:[SortSpec tableId:s
        BooleanCondition type:ConditionType values:[ConditionValue
        BooleanRule condition:BooleanCondition format:CellFormat
        Border color:Color colorStyle:ColorStyle style:Style width:i
        Borders bottom:Border left:Border right:Border top:Border
        CellData chipRuns:[* dataSourceFormula:* dataSourceTable:* dataValidation:DataValidationRule
          effectiveFormat:CellFormat effectiveValue:ExtendedValue formattedValue:s hyperlink:s note:s
          pivotTable:* textFormatRuns:[TextFormatRun userEnteredFormat:CellFormat
          userEnteredValue:ExtendedValue
        CellFormat backgroundColor:Color backgroundColorStyle:ColorStyle borders:Borders
          horizontalAlignment:HorizontalAlign hyperlinkDisplayType:HyperlinkDisplayType
          numberFormat:NumberFormat padding:Padding textDirection:TextDirection textFormat:TextFormat
          textRotation:TextRotation verticalAlignment:VerticalAlign wrapStrategy:WrapStrategy
        Color alpha:n blue:n green:n red:n
        ColorStyle rgbColor:Color themeColor:ThemeColorType
        ConditionValue relativeDate:RelativeDate userEnteredValue:s
        ConditionalFormatRule booleanRule:BooleanRule gradientRule:GradientRule ranges:[GridRange
        DataFilter a1Range:s developerMetadataLookup:DeveloperMetadataLookup gridRange:GridRange
        DataValidationRule condition:BooleanCondition inputMessage:s showCustomUi:b strict:b
        DeveloperMetadata location:DeveloperMetadataLocation metadataId:i metadataKey:s metadataValue:s
          visibility:DeveloperMetadataVisibility
        DeveloperMetadataLocation dimensionRange:DimensionRange
          locationType:DeveloperMetadataLocationType sheetId:i spreadsheet:b
        DeveloperMetadataLookup locationMatchingStrategy:DeveloperMetadataLocationMatchingStrategy
          locationType:DeveloperMetadataLocationType metadataId:i metadataKey:s
          metadataLocation:DeveloperMetadataLocation metadataValue:s
          visibility:DeveloperMetadataVisibility
        DimensionProperties dataSourceColumnReference:* developerMetadata:[DeveloperMetadata
          hiddenByFilter:b hiddenByUser:b pixelSize:i
        DimensionRange dimension:Dimension endIndex:i sheetId:i startIndex:i
        Editors domainUsersCanEdit:b groups:[s users:[s
        ErrorValue message:s type:ErrorType
        ExtendedValue boolValue:b errorValue:ErrorValue formulaValue:s numberValue:n stringValue:s
        GradientRule maxpoint:InterpolationPoint midpoint:InterpolationPoint minpoint:InterpolationPoint
        GridCoordinate columnIndex:i rowIndex:i sheetId:i
        GridData columnMetadata:[DimensionProperties rowData:[RowData rowMetadata:[DimensionProperties
          startColumn:i startRow:i
        GridProperties columnCount:i columnGroupControlAfter:b frozenColumnCount:i frozenRowCount:i
          hideGridlines:b rowCount:i rowGroupControlAfter:b
        GridRange endColumnIndex:i endRowIndex:i sheetId:i startColumnIndex:i startRowIndex:i
        InterpolationPoint color:Color colorStyle:ColorStyle type:InterpolationPointType value:s
        IterativeCalculationSettings convergenceThreshold:n maxIterations:i
        Link uri:s
        MatchedDeveloperMetadata dataFilters:[DataFilter developerMetadata:DeveloperMetadata
        MatchedValueRange dataFilters:[DataFilter valueRange:ValueRange
        NamedRange name:s namedRangeId:s range:GridRange
        NumberFormat pattern:s type:NumberFormatType
        Padding bottom:i left:i right:i top:i
        ProtectedRange description:s editors:Editors namedRangeId:s protectedRangeId:i range:GridRange
          requestingUserCanEdit:b tableId:s unprotectedRanges:[GridRange warningOnly:b
        RowData values:[CellData
        Sheet bandedRanges:[* basicFilter:BasicFilter charts:[* columnGroups:[* commentAnchors:[*
          conditionalFormats:[ConditionalFormatRule data:[GridData developerMetadata:[DeveloperMetadata
          filterViews:[* merges:[GridRange properties:SheetProperties protectedRanges:[ProtectedRange
          rowGroups:[* slicers:[* tables:[*
        SheetProperties dataSourceSheetProperties:* gridProperties:GridProperties hidden:b index:i
          rightToLeft:b sheetId:i sheetType:SheetType tabColor:Color tabColorStyle:ColorStyle title:s
        SortSpec backgroundColor:Color backgroundColorStyle:ColorStyle dataSourceColumnReference:*
          dimensionIndex:i foregroundColor:Color foregroundColorStyle:ColorStyle sortOrder:SortOrder
        Spreadsheet comments:[* commentsViewMode:CommentsViewMode dataSourceSchedules:[* dataSources:[*
          developerMetadata:[DeveloperMetadata namedRanges:[NamedRange properties:SpreadsheetProperties
          sheets:[Sheet spreadsheetId:s spreadsheetUrl:s
        SpreadsheetProperties autoRecalc:RecalculationInterval defaultFormat:CellFormat
          importFunctionsExternalUrlAccessAllowed:b
          iterativeCalculationSettings:IterativeCalculationSettings locale:s
          spreadsheetTheme:SpreadsheetTheme timeZone:s title:s
        SpreadsheetTheme primaryFontFamily:s themeColors:[ThemeColorPair
        TextFormat bold:b fontFamily:s fontSize:i foregroundColor:Color foregroundColorStyle:ColorStyle
          italic:b link:Link strikethrough:b underline:b
        TextFormatRun format:TextFormat startIndex:i
        TextRotation angle:i vertical:b
        ThemeColorPair color:ColorStyle colorType:ThemeColorType
        ValueRange majorDimension:Dimension range:s values:[[*
        """
}
