extension APISchema {
    /// The bodies of requests and answers.
    static let requests = """
        AddConditionalFormatRuleRequest index:i rule:ConditionalFormatRule
        AddNamedRangeRequest namedRange:NamedRange
        AddNamedRangeResponse namedRange:NamedRange
        AddProtectedRangeRequest protectedRange:ProtectedRange
        AddProtectedRangeResponse protectedRange:ProtectedRange
        AddSheetRequest properties:SheetProperties
        AddSheetResponse properties:SheetProperties
        AppendCellsRequest fields:s rows:[RowData sheetId:i tableId:s
        AppendDimensionRequest dimension:Dimension length:i sheetId:i
        AppendValuesResponse spreadsheetId:s tableRange:s updates:UpdateValuesResponse
        AutoResizeDimensionsRequest dataSourceSheetDimensions:* dimensions:DimensionRange
        BatchClearValuesRequest ranges:[s
        BatchClearValuesResponse clearedRanges:[s spreadsheetId:s
        BatchGetValuesByDataFilterRequest dataFilters:[DataFilter
          dateTimeRenderOption:DateTimeRenderOption majorDimension:Dimension
          valueRenderOption:ValueRenderOption
        BatchGetValuesByDataFilterResponse spreadsheetId:s valueRanges:[MatchedValueRange
        BatchGetValuesResponse spreadsheetId:s valueRanges:[ValueRange
        BatchUpdateSpreadsheetRequest commentsViewMode:CommentsViewMode includeSpreadsheetInResponse:b
          requests:[Request responseIncludeGridData:b responseRanges:[s
        BatchUpdateSpreadsheetResponse commentUpdateState:CommentUpdateState replies:[Response
          spreadsheetId:s updatedSpreadsheet:Spreadsheet
        BatchUpdateValuesRequest data:[ValueRange includeValuesInResponse:b
          responseDateTimeRenderOption:DateTimeRenderOption responseValueRenderOption:ValueRenderOption
          valueInputOption:ValueInputOption
        BatchUpdateValuesResponse responses:[UpdateValuesResponse spreadsheetId:s totalUpdatedCells:i
          totalUpdatedColumns:i totalUpdatedRows:i totalUpdatedSheets:i
        ClearBasicFilterRequest sheetId:i
        ClearValuesRequest
        ClearValuesResponse clearedRange:s spreadsheetId:s
        CopyPasteRequest destination:GridRange pasteOrientation:PasteOrientation pasteType:PasteType
          source:GridRange
        CopySheetToAnotherSpreadsheetRequest destinationSpreadsheetId:s
        CreateDeveloperMetadataRequest developerMetadata:DeveloperMetadata
        CreateDeveloperMetadataResponse developerMetadata:DeveloperMetadata
        CutPasteRequest destination:GridCoordinate pasteType:PasteType source:GridRange
        DeleteConditionalFormatRuleRequest index:i sheetId:i
        DeleteConditionalFormatRuleResponse rule:ConditionalFormatRule
        DeleteDeveloperMetadataRequest dataFilter:DataFilter
        DeleteDeveloperMetadataResponse deletedDeveloperMetadata:[DeveloperMetadata
        DeleteDimensionRequest range:DimensionRange
        DeleteNamedRangeRequest namedRangeId:s
        DeleteProtectedRangeRequest protectedRangeId:i
        DeleteRangeRequest range:GridRange shiftDimension:Dimension
        DeleteSheetRequest sheetId:i
        DuplicateSheetRequest insertSheetIndex:i newSheetId:i newSheetName:s sourceSheetId:i
        DuplicateSheetResponse properties:SheetProperties
        FindReplaceRequest allSheets:b find:s includeFormulas:b matchCase:b matchEntireCell:b
          range:GridRange replacement:s searchByRegex:b sheetId:i
        FindReplaceResponse formulasChanged:i occurrencesChanged:i rowsChanged:i sheetsChanged:i
          valuesChanged:i
        GetSpreadsheetByDataFilterRequest commentsViewMode:CommentsViewMode dataFilters:[DataFilter
          excludeTablesInBandedRanges:b includeGridData:b
        InsertDimensionRequest inheritFromBefore:b range:DimensionRange
        InsertRangeRequest range:GridRange shiftDimension:Dimension
        MergeCellsRequest mergeType:MergeType range:GridRange
        MoveDimensionRequest destinationIndex:i source:DimensionRange
        RepeatCellRequest cell:CellData fields:s range:GridRange
        Request addBanding:* addChart:* addCommentReply:*
          addConditionalFormatRule:AddConditionalFormatRuleRequest addDataSource:* addDimensionGroup:*
          addFilterView:* addNamedRange:AddNamedRangeRequest addProtectedRange:AddProtectedRangeRequest
          addSheet:AddSheetRequest addSlicer:* addTable:* appendCells:AppendCellsRequest
          appendDimension:AppendDimensionRequest autoFill:*
          autoResizeDimensions:AutoResizeDimensionsRequest cancelDataSourceRefresh:*
          clearBasicFilter:ClearBasicFilterRequest copyPaste:CopyPasteRequest
          createDeveloperMetadata:CreateDeveloperMetadataRequest cutPaste:CutPasteRequest deleteBanding:*
          deleteComment:* deleteCommentReply:*
          deleteConditionalFormatRule:DeleteConditionalFormatRuleRequest deleteDataSource:*
          deleteDeveloperMetadata:DeleteDeveloperMetadataRequest deleteDimension:DeleteDimensionRequest
          deleteDimensionGroup:* deleteDuplicates:* deleteEmbeddedObject:* deleteFilterView:*
          deleteNamedRange:DeleteNamedRangeRequest deleteProtectedRange:DeleteProtectedRangeRequest
          deleteRange:DeleteRangeRequest deleteSheet:DeleteSheetRequest deleteTable:*
          duplicateFilterView:* duplicateSheet:DuplicateSheetRequest findReplace:FindReplaceRequest
          insertComment:* insertDimension:InsertDimensionRequest insertRange:InsertRangeRequest
          mergeCells:MergeCellsRequest moveDimension:MoveDimensionRequest pasteData:* randomizeRange:*
          refreshDataSource:* repeatCell:RepeatCellRequest setBasicFilter:SetBasicFilterRequest
          setDataValidation:SetDataValidationRequest sortRange:SortRangeRequest textToColumns:*
          trimWhitespace:* unmergeCells:UnmergeCellsRequest updateBanding:*
          updateBorders:UpdateBordersRequest updateCells:UpdateCellsRequest updateChartSpec:*
          updateCommentPost:* updateConditionalFormatRule:UpdateConditionalFormatRuleRequest
          updateDataSource:* updateDeveloperMetadata:UpdateDeveloperMetadataRequest
          updateDimensionGroup:* updateDimensionProperties:UpdateDimensionPropertiesRequest
          updateEmbeddedObjectBorder:* updateEmbeddedObjectPosition:* updateFilterView:*
          updateNamedRange:UpdateNamedRangeRequest updateProtectedRange:UpdateProtectedRangeRequest
          updateSheetProperties:UpdateSheetPropertiesRequest updateSlicerSpec:*
          updateSpreadsheetProperties:UpdateSpreadsheetPropertiesRequest updateTable:*
        Response addBanding:* addChart:* addCommentReply:* addDataSource:* addDimensionGroup:*
          addFilterView:* addNamedRange:AddNamedRangeResponse addProtectedRange:AddProtectedRangeResponse
          addSheet:AddSheetResponse addSlicer:* addTable:* cancelDataSourceRefresh:*
          createDeveloperMetadata:CreateDeveloperMetadataResponse
          deleteConditionalFormatRule:DeleteConditionalFormatRuleResponse
          deleteDeveloperMetadata:DeleteDeveloperMetadataResponse deleteDimensionGroup:*
          deleteDuplicates:* duplicateFilterView:* duplicateSheet:DuplicateSheetResponse
          findReplace:FindReplaceResponse insertComment:* refreshDataSource:* trimWhitespace:*
          updateConditionalFormatRule:UpdateConditionalFormatRuleResponse updateDataSource:*
          updateDeveloperMetadata:UpdateDeveloperMetadataResponse updateEmbeddedObjectPosition:*
        SearchDeveloperMetadataRequest dataFilters:[DataFilter
        SearchDeveloperMetadataResponse matchedDeveloperMetadata:[MatchedDeveloperMetadata
        SetBasicFilterRequest filter:BasicFilter
        SetDataValidationRequest filteredRowsIncluded:b range:GridRange rule:DataValidationRule
        SortRangeRequest range:GridRange sortSpecs:[SortSpec
        UnmergeCellsRequest range:GridRange
        UpdateBordersRequest bottom:Border innerHorizontal:Border innerVertical:Border left:Border
          range:GridRange right:Border top:Border
        UpdateCellsRequest fields:s range:GridRange rows:[RowData start:GridCoordinate
        UpdateConditionalFormatRuleRequest index:i newIndex:i rule:ConditionalFormatRule sheetId:i
        UpdateConditionalFormatRuleResponse newIndex:i newRule:ConditionalFormatRule oldIndex:i
          oldRule:ConditionalFormatRule
        UpdateDeveloperMetadataRequest dataFilters:[DataFilter developerMetadata:DeveloperMetadata
          fields:s
        UpdateDeveloperMetadataResponse developerMetadata:[DeveloperMetadata
        UpdateDimensionPropertiesRequest dataSourceSheetRange:* fields:s properties:DimensionProperties
          range:DimensionRange
        UpdateNamedRangeRequest fields:s namedRange:NamedRange
        UpdateProtectedRangeRequest fields:s protectedRange:ProtectedRange
        UpdateSheetPropertiesRequest fields:s properties:SheetProperties
        UpdateSpreadsheetPropertiesRequest fields:s properties:SpreadsheetProperties
        UpdateValuesResponse spreadsheetId:s updatedCells:i updatedColumns:i updatedData:ValueRange
          updatedRange:s updatedRows:i
        """
}
